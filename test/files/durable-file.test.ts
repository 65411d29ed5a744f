import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { replaceDurably, writeSynced } from "../../server/files/durable-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-durable-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a durable file", () => {
  it("is for its owner's eyes, and is not written over where it must be new", async () => {
    const file = join(folder, "key");
    await writeSynced(file, "secret", "wx");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(writeSynced(file, "other", "wx")).rejects.toMatchObject({ code: "EEXIST" });
    expect(await readFile(file, "utf8")).toBe("secret");
  });

  it("is replaced by another file of its name, so that who reads the old one reads all of it", async () => {
    const file = join(folder, "config");
    await writeFile(file, "old");
    const before = await stat(file);
    await replaceDurably(file, "new");
    expect((await stat(file)).ino).not.toBe(before.ino);
    expect(await readFile(file, "utf8")).toBe("new");
  });
});
