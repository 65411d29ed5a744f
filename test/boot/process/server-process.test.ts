import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endServer, findServer, signAsServer, signOff } from "../../../server/boot/process/server-process.ts";

let folder: string;
let file: string;
let other: ChildProcess | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-process-"));
  file = join(folder, "server.pid");
});
afterEach(async () => {
  other?.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** A process that has registered itself as the server of the folder. */
async function aServer(script: string) {
  const child = spawn(process.execPath, ["-e", `${script}; console.log("up"); setInterval(() => {}, 60_000);`]);
  other = child;
  await once(child.stdout, "data");
  await signAsServer(file);
  const ticks = (await readFile(`/proc/${child.pid}/stat`, "utf8")).split(") ")[1]?.split(" ")[19];
  await writeFile(file, JSON.stringify({ pid: child.pid, began: ticks }));
  return child;
}

test("a registered server is found until it unregisters", async () => {
  expect(await findServer(file)).toBeNull();
  await signAsServer(file);
  expect(await findServer(file)).toMatchObject({ pid: process.pid });
  await signOff(file);
  expect(await findServer(file)).toBeNull();
});

test("a process that only has the number of a server that is gone is not taken for it", async () => {
  await signAsServer(file);
  const signed = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...signed, began: `${Number(signed.began) - 1}` }));
  expect(await findServer(file)).toBeNull();
  for (const text of ["", "12", "{}", '{"pid": 1, "began": "1"}', '{"pid": -5, "began": "1"}']) {
    await writeFile(file, text);
    expect(await findServer(file)).toBeNull();
  }
});

test("a server is asked to stop and waited for", async () => {
  const child = await aServer('process.on("SIGTERM", () => setTimeout(() => process.exit(0), 200))');
  const server = await findServer(file);
  if (server === null) throw new Error("it was not found");
  const exited = once(child, "exit");
  await endServer(server);
  expect(await exited).toEqual([0, null]);
  expect(await findServer(file)).toBeNull();
  // Ending a server that is already gone does no harm.
  await endServer(server);
});
