import { afterAll, beforeAll, expect, test } from "vitest";
import type { ContainerId } from "../../../server/model/names/ids.ts";
import type { LogLine, LogOptions } from "../../../server/ports/engine/containers.ts";
import { eventually } from "../eventually.ts";
import { freeSubnet } from "../free-subnet.ts";
import { containerRequest, createScratchEngine, never, owner, type ScratchEngine } from "../scratch-engine.ts";

let scratch: ScratchEngine;
let network: string;
beforeAll(async () => {
  scratch = await createScratchEngine({ programs: [process.execPath] });
  network = `baton-${scratch.instance}-net`;
  await scratch.engine.createNetwork({ name: network, subnet: await freeSubnet(scratch.engine), owner }, never);
});
afterAll(() => scratch[Symbol.asyncDispose]());

/** Runs a command until it exits. */
async function run(...command: string[]): Promise<ContainerId> {
  const id = await begin(...command);
  await eventually(async () =>
    expect(await scratch.engine.inspectContainer(id, never)).toMatchObject({ status: "exited", exitCode: 0 }),
  );
  return id;
}

async function begin(...command: string[]): Promise<ContainerId> {
  const limits = { memoryBytes: 256 * 1024 * 1024, pids: 64, cpus: null };
  const request = containerRequest(scratch, network, { kind: "init", command, limits });
  const id = await scratch.engine.createContainer(request, never);
  await scratch.engine.startContainer(id, never);
  return id;
}

async function read(id: ContainerId, options: Partial<LogOptions> = {}): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const all = { follow: false, tail: null, timestamps: false, ...options };
  for await (const line of scratch.engine.logs(id, all, never)) lines.push(line);
  return lines;
}

async function texts(id: ContainerId, options: Partial<LogOptions> = {}): Promise<string[]> {
  return (await read(id, options)).map((line) => line.text);
}

test("lines come whole and in UTF-8, with their stream and their time", async () => {
  const id = await run(
    "/bin/sh",
    "-c",
    `printf 'h\\303'; printf '\\251llo\\n'; echo err >&2; printf 'nul\\0 end\\n'; printf 'no newline'`,
  );
  const lines = await read(id, { follow: true, timestamps: true });
  const of = (stream: LogLine["stream"]) => lines.filter((line) => line.stream === stream).map((line) => line.text);
  expect(of("stdout")).toEqual(["héllo", "nul end", "no newline"]);
  expect(of("stderr")).toEqual(["err"]);
  for (const { at } of lines) expect(Math.abs(Date.now() - (at?.getTime() ?? 0))).toBeLessThan(60_000);
});

test("following tells what is printed, and ends without an error when aborted", async () => {
  const id = await begin("/bin/sh", "-c", "echo one; sleep 0.2; echo two; sleep 600");
  const abort = new AbortController();
  const seen: string[] = [];
  for await (const line of scratch.engine.logs(id, { follow: true, tail: null, timestamps: false }, abort.signal)) {
    seen.push(line.text);
    if (line.text === "two") abort.abort();
  }
  expect(seen).toEqual(["one", "two"]);
});

test("only the last lines come when that is asked for, and none of a container that is gone", async () => {
  const id = await run("/bin/sh", "-c", "echo 1; echo 2; echo 3");
  expect(await texts(id, { tail: 2 })).toEqual(["2", "3"]);
  await scratch.engine.removeContainer(id, never);
  expect(await texts(id)).toEqual([]);
});

test("a line without an end is cut, however the engine has cut it before", async () => {
  const id = await run("/bin/node", "-e", "process.stdout.write('x'.repeat(300_000) + '\\nend\\n')");
  for (const timestamps of [false, true]) {
    const [long, end] = await texts(id, { timestamps });
    expect(long).toMatch(/^x{16384} … \(line cut, 283616 bytes left out\)$/);
    expect(end).toBe("end");
  }
});
