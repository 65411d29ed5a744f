import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { createServerLog } from "../../../server/boot/process/log.ts";

async function createScene() {
  const folder = await mkdtemp(join(tmpdir(), "baton-log-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "baton.log");
  const terminal = new PassThrough().setEncoding("utf8");
  let shown = "";
  terminal.on("data", (text: string) => {
    shown += text;
  });
  return { file, terminal, shown: () => shown };
}

test("everything is in the file, and what needs somebody's attention is a sentence on the terminal", async () => {
  const { file, terminal, shown } = await createScene();
  const log = createServerLog("info", file, terminal);
  log.info({ url: "http://127.0.0.1" }, "serving");
  log.warn({ err: new Error("it is in use") }, "the port cannot be had");
  await vi.waitFor(async () => expect(await readFile(file, "utf8")).toContain("the port cannot be had"));
  expect(await readFile(file, "utf8")).toContain('"msg":"serving"');
  expect(shown()).toBe("  the port cannot be had: it is in use\n");
});

test("a disk that is full ends nothing: what cannot be written is dropped, and that is said once", async () => {
  const { file, terminal, shown } = await createScene();
  // Every write to /dev/full fails as it does on a full disk.
  await symlink("/dev/full", file);
  const log = createServerLog("info", file, terminal);
  for (let entry = 0; entry < 100; entry++) {
    log.info({ text: "x".repeat(100_000) }, "serving");
    await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(() => expect(shown()).toContain("cannot be written"));
  expect(shown()).toBe(
    `  ${file} cannot be written, so log entries are lost: ENOSPC: no space left on device, write\n`,
  );
  log.warn({}, "still here");
  await vi.waitFor(() => expect(shown()).toContain("  still here\n"));
});
