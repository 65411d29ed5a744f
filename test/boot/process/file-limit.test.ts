import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { connectionsWithin, raiseFileLimit } from "../../../server/boot/process/file-limit.ts";

/** A process that may open few files, after this command of the shell. */
async function limited(command: string): Promise<number> {
  const child = spawn("sh", ["-c", `${command}; echo ready; exec sleep 1000`], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child.pid ?? 0;
}

test("a process may open as many files as the hard limit allows, whatever the soft one was", async () => {
  const pid = await limited("ulimit -S -n 256");
  const limit = await raiseFileLimit({ warn: () => {} }, pid);
  const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(await readFile(`/proc/${pid}/limits`, "utf8")) ?? [];
  expect(limit).toBeGreaterThan(256);
  expect([Number(soft), Number(hard)]).toEqual([limit, limit]);
});

test("where the limit cannot be raised, that is said with what follows from it", async () => {
  const pid = await limited("ulimit -n 256");
  const said: string[] = [];
  const path = process.env.PATH;
  process.env.PATH = "";
  const limit = await raiseFileLimit({ warn: (_, text) => said.push(text) }, pid).finally(() => {
    process.env.PATH = path;
  });
  expect(limit).toBe(256);
  expect(said).toEqual([
    expect.stringContaining("only 256 files at once, so it serves at most 78 connections (see ulimit -n)"),
  ]);
});

test.each([
  [256, 78],
  [1_024, 462],
  [65_536, 32_718],
  [64, 20],
])("with %i files there are at most %i connections", (files, connections) => {
  expect(connectionsWithin(files)).toBe(connections);
});
