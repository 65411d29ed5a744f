import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createPushing } from "./pushing.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

/** Mounts a file system of this size over a folder. */
async function smallDisk(folder: string, bytes: number): Promise<AsyncDisposable> {
  await run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]);
  return { [Symbol.asyncDispose]: async () => void (await run("umount", [folder])) };
}

test.runIf(isRoot)(
  "a push that fills the disk is refused, leaves no part of it, and a smaller one comes in",
  async () => {
    await using pushing = await createPushing();
    await using _ = await smallDisk(join(pushing.repository, "objects"), 1024 * 1024);
    const large = await pushing.client.commit("large", { "large.bin": randomBytes(4 * 1024 * 1024) });
    const { exitCode, stderr } = await pushing.client.tryGit(["push", "baton", `${large}:refs/heads/side`]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/No space left on device|remote unpack failed|unpacker error/);
    expect(await pushing.refs()).toEqual({});
    expect(await pushing.quarantines()).toEqual([]);

    await pushing.client.git("checkout", "--orphan", "small");
    await pushing.client.git("rm", "-rfq", ".");
    const small = await pushing.client.commit("small", { "small.txt": "fits" });
    const again = await pushing.client.tryGit(["push", "baton", `${small}:refs/heads/side`]);
    expect(again.stderr).not.toContain("error");
    expect(await pushing.refs()).toEqual({ "refs/heads/side": small });
  },
);
