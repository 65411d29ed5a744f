import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createContainerAccess } from "../../../server/docker/access/container-access.ts";
import type { ContainerId, InstanceId } from "../../../server/model/names/ids.ts";
import { ProgramFailed } from "../../../server/ports/engine/container-access.ts";
import { EngineRefused } from "../../../server/ports/engine/engine.ts";
import { freeSubnet } from "../free-subnet.ts";
import { containerRequest, createScratchEngine, never, owner, type ScratchEngine } from "../scratch-engine.ts";

let scratch: ScratchEngine;
let access: ReturnType<typeof createContainerAccess>;
let id: ContainerId;
const network = () => `baton-${scratch.instance}-access`;
const volume = () => `baton-${scratch.instance}-data`;

beforeAll(async () => {
  scratch = await createScratchEngine({ programs: ["/usr/bin/wc", "/usr/bin/head", "/usr/bin/env"] });
  access = createContainerAccess({ instance: scratch.instance, socket: process.env.DOCKER_HOST });
  await scratch.engine.createNetwork({ name: network(), subnet: await freeSubnet(scratch.engine), owner }, never);
  await scratch.engine.createVolume({ name: volume(), owner, filledBy: null }, never);
  id = await scratch.engine.createContainer(
    containerRequest(scratch, network(), {
      environment: { GREETING: "a=b" },
      mounts: [{ type: "volume", volume: volume(), path: "/data", readOnly: false, startsEmpty: false }],
    }),
    never,
  );
  await scratch.engine.startContainer(id, never);
});
afterAll(() => scratch[Symbol.asyncDispose]());

function run(command: readonly string[], input?: Readable): Promise<Buffer> {
  const program = { command, environment: { MORE: "1" }, ...(input && { input }) };
  return buffer(Readable.from(access.run(id, program, never)));
}

describe("a program in a container", () => {
  it("gives its output, and fails with its errors and its exit code", async () => {
    expect(String(await run(["/bin/sh", "-c", "echo out $MORE; echo fine >&2"]))).toBe("out 1\n");
    const failing = await run(["/bin/sh", "-c", "echo wrong >&2; exit 3"]).catch((error: unknown) => error);
    expect(failing).toBeInstanceOf(ProgramFailed);
    expect(failing).toMatchObject({ message: "wrong", exitCode: 3 });
  });

  it("reads and prints more than any buffer holds, unchanged", async () => {
    const chunks = Array.from({ length: 24 }, () => Buffer.alloc(1024 * 1024, "0123456789abcdef"));
    const output = await run(["/bin/cat"], Readable.from(chunks));
    expect(output.equals(Buffer.concat(chunks))).toBe(true);
  });

  it("that ends before it has read everything is judged by its exit code", async () => {
    const chunks = Array.from({ length: 64 }, () => Buffer.alloc(1024 * 1024, "x"));
    expect(String(await run(["/bin/head", "-c", "4"], Readable.from(chunks)))).toBe("xxxx");
  });

  it("fails when what it reads fails", async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from("half");
        throw new Error("the source broke");
      })(),
    );
    await expect(run(["/bin/cat"], broken)).rejects.toThrow("the source broke");
  });

  it("fails when it does not exist", async () => {
    await expect(run(["/bin/no-such-program"])).rejects.toThrow();
  });

  it("does not run in a container of another Baton", async () => {
    const other = createContainerAccess({ instance: "other000" as InstanceId, socket: process.env.DOCKER_HOST });
    const program = other.run(id, { command: ["/bin/cat"] }, never);
    await expect(buffer(Readable.from(program))).rejects.toBeInstanceOf(EngineRefused);
  });
});

describe("data in a container", () => {
  it("is read as an archive, also while it is frozen, and unpacked into another volume", async () => {
    await run(["/bin/sh", "-c", "echo kept > /data/note"]);
    await access.pause(id, never);
    await access.pause(id, never);
    expect((await scratch.engine.inspectContainer(id, never))?.status).toBe("paused");
    const tar = await access.readFolder(id, "/data", never);
    const archive = await buffer(tar as Readable);
    await access.resume(id, never);
    await access.resume(id, never);
    expect(await namesIn(archive)).toEqual(["data/", "data/note"]);

    const name = `baton-${scratch.instance}-copy`;
    await scratch.engine.createVolume({ name, owner, filledBy: null }, never);
    const using = { image: scratch.tiny.id, owner };
    await access.unpackInto({ name, folder: "data" }, using, Readable.from([archive]), never);
    const reader = await scratch.engine.createContainer(
      containerRequest(scratch, network(), {
        command: ["/bin/cat", "/copy/note"],
        mounts: [{ type: "volume", volume: name, path: "/copy", readOnly: false, startsEmpty: true }],
      }),
      never,
    );
    expect(await namesIn(await buffer((await access.readFolder(reader, "/copy", never)) as Readable))).toEqual([
      "copy/",
      "copy/note",
    ]);
  });

  it("is null where there is none", async () => {
    expect(await access.readFolder(id, "/nothing", never)).toBeNull();
  });

  it("comes with what its container was created with", async () => {
    const { environment, command } = await access.configuration(id, never);
    expect(environment).toMatchObject({ GREETING: "a=b" });
    expect(command).toEqual(["/bin/sleep", "600"]);
  });
});

async function namesIn(archive: Buffer): Promise<readonly string[]> {
  const reading = extract();
  const names: string[] = [];
  reading.end(archive);
  for await (const entry of reading) {
    names.push(entry.header.name);
    entry.resume();
  }
  return names.sort();
}
