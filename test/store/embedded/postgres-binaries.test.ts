import { mkdir, mkdtemp, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { linkLibraries } from "../../../server/store/embedded/postgres-binaries.ts";

let native: string;

beforeEach(async () => {
  native = join(await mkdtemp(join(tmpdir(), "baton-binaries-")), "native");
  await mkdir(join(native, "lib"), { recursive: true });
});
afterEach(() => rm(join(native, ".."), { recursive: true }));

const list = (links: unknown) => writeFile(join(native, "pg-symlinks.json"), JSON.stringify(links));
const libpq = { source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" };

it("the libraries' short names are made up for where no install script ran", async () => {
  await list([libpq]);
  await writeFile(join(native, "lib", "libpq.so.5.18"), "");
  await linkLibraries(native);
  await linkLibraries(native);
  expect(await readlink(join(native, "lib", "libpq.so.5"))).toBe("libpq.so.5.18");
});

it("two starts at once make them once", async () => {
  await list([libpq]);
  await writeFile(join(native, "lib", "libpq.so.5.18"), "");
  await Promise.all([linkLibraries(native), linkLibraries(native)]);
  expect(await readlink(join(native, "lib", "libpq.so.5"))).toBe("libpq.so.5.18");
});

it("a package without a list, or with something else in it, is left alone", async () => {
  await linkLibraries(native);
  await list([null, { source: 1 }, { source: "native/lib/a", target: "elsewhere/b" }]);
  await linkLibraries(native);
});

it("what cannot be made is said", async () => {
  await list([{ source: "native/missing/a.so.1", target: "native/missing/a.so" }]);
  await expect(linkLibraries(native)).rejects.toThrow(/library link .*a\.so cannot be created/);
});
