import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { limitPackSize } from "../../../server/git/fetch/fetch-size.ts";
import { removeLeftovers } from "../../../server/git/repository/leftovers.ts";

let repository: string;
const object = "e4c9f3a9a1d6cf3d1d5cf2e1e7c0c1a2b3c4d5";
const maxBytes = 1024 * 1024;

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), "baton-fetch-"));
});
afterEach(() => rm(repository, { recursive: true }));

async function write(name: string, bytes = 10): Promise<void> {
  const path = join(repository, "objects", name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.alloc(bytes));
}
const files = async () =>
  (await readdir(join(repository, "objects"), { recursive: true })).filter((name) => /\/./.test(name)).sort();

test.each([
  "pack/tmp_pack_Abc123",
  "pack/pack-1234.pack.temp",
  `0a/${object}.temp`,
  "0a/tmp_obj_Abc123",
  `0a/${object}`,
])("a fetch is ended when %s grows too large, and nothing of it stays", async (name) => {
  await write(`0b/${object}`, 2 * maxBytes);
  await write("pack/pack-1.pack", 2 * maxBytes);
  {
    await using limit = limitPackSize(repository, maxBytes);
    await new Promise((resolve) => setImmediate(resolve));
    await once(limit.signal, "abort", { signal: AbortSignal.timeout(300) }).catch(() => {});
    expect(limit.signal.aborted).toBe(false);
    await write(name, maxBytes + 1);
    if (!limit.signal.aborted) await once(limit.signal, "abort");
    expect(limit.signal.reason).toMatchObject({ trouble: "too-large" });
  }
  expect(await files()).toEqual([`0b/${object}`, "pack/pack-1.pack"]);
});

test("whole objects of a fetch that is not too large stay, and unfinished ones go", async () => {
  {
    await using limit = limitPackSize(repository, maxBytes);
    await write(`0a/${object}`);
    await write(`0a/${object}.temp`);
    await write("pack/pack-1.pack");
    await write("pack/pack-2.pack.temp");
    expect(limit.signal.aborted).toBe(false);
  }
  expect(await files()).toEqual([`0a/${object}`, "pack/pack-1.pack"]);
});

test("a git that was killed leaves nothing unfinished behind for good", async () => {
  for (const name of [`0a/${object}`, `0a/${object}.temp`, "0a/tmp_obj_1", "pack/tmp_pack_1", "pack/pack-2.idx.temp"]) {
    await write(name);
  }
  await removeLeftovers(repository);
  expect(await files()).toEqual([`0a/${object}`]);
});
