import { Readable } from "node:stream";
import type { ImageId, InstanceId } from "../../server/model/names/ids.ts";
import type { ContainerState, LogLine } from "../../server/ports/engine/containers.ts";
import type { Engine } from "../../server/ports/engine/engine.ts";
import { EngineUnavailable } from "../../server/ports/engine/engine.ts";
import type { ImageInfo } from "../../server/ports/engine/images.ts";

/** An engine with the containers and images that a test puts into it. Methods that change something are not faked. */
export interface FakeEngine extends Engine {
  readonly containers: ContainerState[];
  readonly images: Set<string>;
  /** The output of a container, by its id. */
  readonly output: Map<string, readonly string[]>;
  /** When true, it does not answer. */
  away: boolean;
}

export function createFakeEngine(): FakeEngine {
  const containers: ContainerState[] = [];
  const images = new Set<string>();
  const output = new Map<string, readonly string[]>();

  const engine: FakeEngine = {
    containers,
    images,
    output,
    away: false,
    instance: "fake0000" as InstanceId,
    machine: () =>
      answer({
        ...{ cpus: 4, memoryBytes: 8 * 1024 ** 3, cgroups: { driver: "cgroupfs", version: 1 } },
        ...{ imageStore: "graph driver overlay2", rootless: false, cannotLimit: [] },
        ...{ operatingSystem: "Debian GNU/Linux 13 (trixie)", firewallBackend: null },
      }),
    info: () =>
      answer({
        ...{ version: "26.1.5+dfsg1", apiVersion: "1.41", minApiVersion: "1.12", spokenApiVersion: "1.41" },
        packager: "debian",
        builder: "buildkit" as const,
      }),
    diskUsage: () =>
      answer({
        imagesBytes: 3_400_000_000,
        containersBytes: 21_000_000,
        volumesBytes: 180_000_000,
        buildCacheBytes: 900_000_000,
        unusedCacheBytes: 700_000_000,
        images: [],
        volumes: [],
      }),
    inspectImage: (reference) => answer(images.has(reference) ? imageInfo(reference) : null),
    listImages: () => answer([]),
    listNetworks: () => answer([]),
    usedSubnets: () => answer([]),
    listVolumes: () => answer([]),
    listeningPorts: () => answer(null),
    inspectContainer: (id) => answer(containers.find((container) => container.id === id) ?? null),
    listContainers: (filter) =>
      answer(
        containers.filter(({ owner }) => {
          if ("installation" in filter) return owner.installation === filter.installation;
          return "deployment" in filter ? owner.deployment === filter.deployment : true;
        }),
      ),
    async *logs(id, options): AsyncIterable<LogLine> {
      const lines = output.get(id) ?? [];
      for (const text of options.tail === null ? lines : lines.slice(Math.max(0, lines.length - options.tail))) {
        yield { stream: "stdout", at: null, text };
      }
    },
    events: () => Readable.from([]),
    build: notFaked("build"),
    pruneBuildCache: notFaked("pruneBuildCache"),
    pull: notFaked("pull"),
    importImage: notFaked("importImage"),
    tagImage: notFaked("tagImage"),
    removeTag: notFaked("removeTag"),
    removeUntagged: notFaked("removeUntagged"),
    createNetwork: notFaked("createNetwork"),
    removeNetwork: notFaked("removeNetwork"),
    connect: notFaked("connect"),
    disconnect: notFaked("disconnect"),
    createVolume: notFaked("createVolume"),
    inspectVolume: () => answer(null),
    fillVolume: notFaked("fillVolume"),
    createContainer: notFaked("createContainer"),
    startContainer: notFaked("startContainer"),
    stopContainer: notFaked("stopContainer"),
    removeContainer: notFaked("removeContainer"),
    removeVolume: notFaked("removeVolume"),
  };
  return engine;

  async function answer<T>(value: T): Promise<T> {
    if (engine.away) throw new EngineUnavailable("the fake engine is away");
    return value;
  }
}

function imageInfo(reference: string): ImageInfo {
  return {
    id: reference as ImageId,
    tags: [],
    exposedPorts: [],
    user: "",
    volumes: [],
    environment: {},
    sizeBytes: 0,
    createdAt: new Date(0),
    hasHealthcheck: false,
  };
}

function notFaked(name: string): () => Promise<never> {
  return () => Promise.reject(new Error(`the fake engine does not ${name}`));
}
