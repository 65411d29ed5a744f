import { describe } from "vitest";
import { hostAddress } from "../../../server/model/names/host-address.ts";
import { createFakeDocker } from "../../fakes/docker/fake-docker.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createVirtualTime } from "../../fakes/virtual-time.ts";
import { engineContract, keptContainersContract } from "./engine.ts";
import type { EngineScene } from "./scene.ts";

describe("the fake Docker", () => {
  engineContract(open);
  keptContainersContract(open);
  async function open(): Promise<EngineScene> {
    const clock = createFakeClock();
    const time = createVirtualTime(clock);
    const docker = createFakeDocker(clock);
    const away = createFakeDocker(clock);
    away.away = true;
    docker.registry.set("registry.test/base/tiny:1", {});
    docker.registry.set("registry.test/private/tiny:1", { isPrivate: true });
    docker.unreachable.add("127.0.0.1:1/");
    let [port, subnet] = [20_000, 0];
    return {
      // No virtual time passes during a build, or it would end before a test aborts it.
      engine: { ...time.passingFor({ ...docker }), build: docker.build },
      eventually: time.eventually,
      base: "scratch",
      programFiles: {},
      freeAddress: async () => hostAddress("127.0.0.2", ++port),
      freeSubnet: async () => `10.214.${Math.floor(++subnet / 8)}.${32 * (subnet % 8)}/27`,
      async occupy(address) {
        docker.occupied.add(address);
        return { [Symbol.asyncDispose]: async () => void docker.occupied.delete(address) };
      },
      async foreignVolume(name) {
        docker.foreignVolumes.add(name);
        return { [Symbol.asyncDispose]: async () => void docker.foreignVolumes.delete(name) };
      },
      async forgetImage(reference) {
        for (const { tags } of docker.images.values()) tags.delete(reference);
      },
      registry: {
        has: "registry.test/base/tiny:1",
        misses: "registry.test/base/none:7",
        refuses: "registry.test/private/tiny:1",
        unreachable: "127.0.0.1:1/base/tiny:1",
      },
      away,
      async [Symbol.asyncDispose]() {},
    };
  }
});
