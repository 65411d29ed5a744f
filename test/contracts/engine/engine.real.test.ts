import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import Docker from "dockerode";
import { afterAll, describe } from "vitest";
import { createDockerEngine } from "../../../server/docker/docker-engine.ts";
import { hostAddress, partsOf } from "../../../server/model/names/host-address.ts";
import type { EngineInfo } from "../../../server/ports/engine/engine.ts";
import { eventually } from "../../docker/eventually.ts";
import { freeSubnet } from "../../docker/free-subnet.ts";
import { createScratchEngine } from "../../docker/scratch-engine.ts";
import { createScratchRegistry } from "../../docker/scratch-registry.ts";
import { tinyRoot } from "../../docker/tiny-image.ts";
import { freePorts } from "../../proxy/real-caddy.ts";
import { builderContract, engineContract, keptContainersContract } from "./engine.ts";
import type { EngineScene } from "./scene.ts";

describe("Docker", () => engineContract(() => openDocker("buildkit")));
describe("Docker with its containers kept in memory", () => {
  const closing = new AbortController();
  afterAll(() => closing.abort(new Error("the tests are over")));
  keptContainersContract(() => openDocker("buildkit", closing.signal));
});
describe("Docker with its classic builder", () => builderContract(() => openDocker("classic")));

async function openDocker(builder: EngineInfo["builder"], closing?: AbortSignal): Promise<EngineScene> {
  const scratch = await createScratchEngine({ programs: [process.execPath], builder, ...(closing && { closing }) });
  const registry = await createScratchRegistry(await tinyRoot(["/bin/sleep"]));
  const docker = new Docker();
  return {
    engine: scratch.engine,
    eventually,
    base: scratch.tiny.tag,
    programFiles: { "behave.cjs": await readFile(join(import.meta.dirname, "behave.cjs"), "utf8") },
    freeAddress: async () => hostAddress("127.0.0.2", (await freePorts(1))[0] ?? 0),
    freeSubnet: () => freeSubnet(scratch.engine),
    async occupy(address) {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(partsOf(address), resolve));
      return { [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())) };
    },
    async foreignVolume(name) {
      await docker.createVolume({ Name: name });
      return { [Symbol.asyncDispose]: async () => void (await docker.getVolume(name).remove()) };
    },
    forgetImage: async (reference) => void (await docker.getImage(reference).remove()),
    registry: {
      has: `${registry.address}/base/tiny:1`,
      misses: `${registry.address}/base/none:7`,
      refuses: `${registry.address}/private/tiny:1`,
      unreachable: "127.0.0.1:1/base/tiny:1",
    },
    away: createDockerEngine({ instance: scratch.instance, socket: "unix:///nowhere/docker.sock", builder }),
    async [Symbol.asyncDispose]() {
      await scratch[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}
