import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createOlderFiles } from "../../server/proxy/switch/address-files.ts";
import { createSwitch } from "../../server/proxy/switch/switch.ts";
import { deployment, installation } from "./sample-routes.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-older-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes files as they were when Baton published apps on 127.0.0.1. */
async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, content);
  }
}

test("ports that an older Baton wrote become addresses beside them, and go once they are not needed", async () => {
  await write({
    "7/12/web": "20001\n",
    "7/12/moving.1": "20002\n",
    "7/12/.deployment": "12\n",
    "7/stopped/web": "19002\n",
    "7/stopped/.deployment": "stopped\n",
    "8/3/@web": "127.0.0.2:20005\n",
    "8/3/.deployment": "3\n",
  });
  await symlink("12", join(folder, "7/live"));
  const older = createOlderFiles({ routesFolder: folder });

  expect(await older.convert()).toBe(true);
  expect((await readdir(join(folder, "7/12"))).sort()).toEqual([".deployment", "@moving.1", "@web", "moving.1", "web"]);
  expect(await readFile(join(folder, "7/live/@web"), "utf8")).toBe("127.0.0.1:20001\n");
  expect(await readFile(join(folder, "7/live/web"), "utf8")).toBe("20001\n");
  const switches = createSwitch({ routesFolder: folder, restingPort: 19002 });
  expect(await switches.upstreamsOf(installation(7), deployment(12))).toEqual(
    new Map([
      ["web", "127.0.0.1:20001"],
      ["moving.1", "127.0.0.1:20002"],
    ]),
  );

  await older.remove();
  expect((await readdir(join(folder, "7/12"))).sort()).toEqual([".deployment", "@moving.1", "@web"]);
  expect((await readdir(join(folder, "7/stopped"))).sort()).toEqual([".deployment", "@web"]);
  expect(await readFile(join(folder, "8/3/@web"), "utf8")).toBe("127.0.0.2:20005\n");
  expect(await older.convert()).toBe(false);
});

test("an older Baton that was started again in between is believed", async () => {
  await write({ "7/12/web": "20009\n", "7/12/@web": "127.0.0.2:20001\n" });
  expect(await createOlderFiles({ routesFolder: folder }).convert()).toBe(true);
  expect(await readFile(join(folder, "7/12/@web"), "utf8")).toBe("127.0.0.1:20009\n");
});

test("a folder that is not there has none", async () => {
  expect(await createOlderFiles({ routesFolder: join(folder, "none") }).convert()).toBe(false);
});
