import { mkdir, mkdtemp, rename, rm, symlink, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { rememberFolders } from "../../../server/proxy/switch/remember-folders.ts";
import { targetIn } from "../../../server/proxy/switch/route-folders.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-folders-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const anHourAgo = () => utimes(folder, new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));

it("a folder in which nothing has changed for a while is read once", async () => {
  const read = vi.fn(targetIn);
  const target = rememberFolders(read);
  await symlink("7", join(folder, "live"));
  await anHourAgo();
  expect([await target(folder), await target(folder)]).toEqual(["7", "7"]);
  expect(read).toHaveBeenCalledOnce();
});

it("a link that was replaced is seen at once, and a young folder is read each time", async () => {
  const read = vi.fn(targetIn);
  const target = rememberFolders(read);
  await symlink("7", join(folder, "live"));
  await anHourAgo();
  expect(await target(folder)).toBe("7");
  await symlink("8", join(folder, "live.new"));
  await rename(join(folder, "live.new"), join(folder, "live"));
  expect([await target(folder), await target(folder)]).toEqual(["8", "8"]);
  expect(read).toHaveBeenCalledTimes(3);
});

it("a folder that comes and goes is not taken for what it was", async () => {
  const target = rememberFolders(targetIn);
  const other = join(folder, "other");
  expect(await target(other)).toBeNull();
  await mkdir(other);
  await symlink("7", join(other, "live"));
  expect(await target(other)).toBe("7");
  await rm(other, { recursive: true });
  expect(await target(other)).toBeNull();
});
