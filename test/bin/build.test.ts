import { cp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { build, fingerprint } from "../../bin/set-up/build.mjs";
import { smallCheckout } from "./small-checkout.ts";

const ignore = () => {};

describe("compiling", { timeout: 60_000 }, () => {
  test("happens once for the same sources", async () => {
    const folder = await smallCheckout();
    expect(await build(folder, ignore)).toEqual({ did: "compiled" });
    expect(await readdir(join(folder, ".build/server"))).toContain("main.js");
    expect(await build(folder, ignore)).toEqual({});
  });

  test("leaves nothing of a source that is gone", async () => {
    const folder = await smallCheckout();
    await build(folder, ignore);
    await writeFile(join(folder, "server/main.ts"), "process.exitCode = 0;\n");
    await rm(join(folder, "server/web/answer.ts"));
    expect(await build(folder, ignore)).toEqual({ did: "compiled" });
    expect(await readdir(join(folder, ".build/server"))).not.toContain("web");
  });

  test("shows what is wrong with the sources, and tries again the next time", async () => {
    const folder = await smallCheckout();
    await writeFile(join(folder, "server/web/answer.ts"), 'export const answer: number = "42";\n');
    await expect(build(folder, ignore)).rejects.toThrow(/do not compile[\s\S]*server\/web\/answer\.ts/);
    await expect(build(folder, ignore)).rejects.toThrow(/do not compile/);
  });
});

describe("the fingerprint of the sources", () => {
  test("tells by content, not by time", async () => {
    const folder = await smallCheckout();
    const before = await fingerprint(folder);
    await utimes(join(folder, "server/main.ts"), new Date(0), new Date(0));
    expect(await fingerprint(folder)).toBe(before);
    await writeFile(join(folder, "server/main.ts"), "process.exitCode = 1;\n");
    expect(await fingerprint(folder)).not.toBe(before);
  });

  test("tells when a source goes, comes or moves", async () => {
    const folder = await smallCheckout();
    const before = await fingerprint(folder);
    await cp(join(folder, "server/web/answer.ts"), join(folder, "server/answer.ts"));
    const copied = await fingerprint(folder);
    await rm(join(folder, "server/web/answer.ts"));
    const moved = await fingerprint(folder);
    expect(new Set([before, copied, moved]).size).toBe(3);
  });
});
