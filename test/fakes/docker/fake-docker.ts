import { createHash } from "node:crypto";
import type { HostAddress } from "../../../server/model/names/host-address.ts";
import type { ContainerId, InstanceId } from "../../../server/model/names/ids.ts";
import {
  type ContainerFilter,
  type ContainerRequest,
  type Engine,
  type EngineEvent,
  ImageMissing,
  PortTaken,
  StartFailed,
} from "../../../server/ports/engine.ts";
import type { FakeClock } from "../fake-clock.ts";
import { appOf } from "./app.ts";
import { createFakeContainer, type FakeContainer } from "./container.ts";
import { createFakeImages, type FakeImages } from "./images.ts";
import { createFakeNetworks, type FakeNetworks } from "./networks.ts";
import { createFakeVolumes, type FakeVolumes } from "./volumes.ts";

/** Docker in memory, on a virtual clock: containers live as their `App` says, and outlive the Baton that made them. */
export interface FakeDocker extends Engine {
  readonly containers: ReadonlyMap<ContainerId, FakeContainer>;
  readonly images: FakeImages["images"];
  readonly registry: FakeImages["registry"];
  readonly builds: FakeImages["builds"];
  readonly networks: FakeNetworks["networks"];
  readonly foreignSubnets: FakeNetworks["foreignSubnets"];
  readonly volumes: FakeVolumes["volumes"];
  readonly foreignVolumes: FakeVolumes["foreignVolumes"];
  /** Addresses of this host where another program listens. */
  readonly occupied: Set<HostAddress>;
  /** The running container whose port is published there. */
  at(address: HostAddress): FakeContainer | null;
  /** What a container has in a folder: of the volume that is mounted there, else its own. It can be written to. */
  folder(container: FakeContainer, path: string): Map<string, string>;
  /** The streams of events end, as they do when the daemon stops. */
  endEvents(): void;
}

export function createFakeDocker(clock: FakeClock, instance = "fake0000" as InstanceId): FakeDocker {
  const containers = new Map<ContainerId, FakeContainer>();
  const occupied = new Set<HostAddress>();
  const subscribers = new Set<{ push(event: EngineEvent): void; end(): void }>();
  let made = 0;

  const images = createFakeImages({
    clock,
    instance,
    isUsed: (image) => [...containers.values()].some(({ request }) => request.image === image),
  });
  const networks = createFakeNetworks((id) => containers.has(id));
  const volumes = createFakeVolumes((id, path) => containers.get(id)?.folders.get(path) ?? null);

  const emit = (event: EngineEvent) => {
    for (const subscriber of [...subscribers]) subscriber.push(event);
  };
  const at = (address: HostAddress) =>
    [...containers.values()].find((one) => one.request.publish?.hostAddress === address && one.isRunning) ?? null;

  function folder(container: FakeContainer, path: string): Map<string, string> {
    for (const mount of container.request.mounts) {
      if (mount.type === "volume" && mount.path === path) return volumes.volumes.get(mount.volume)?.files ?? new Map();
    }
    const own = container.folders.get(path) ?? new Map<string, string>();
    container.folders.set(path, own);
    return own;
  }

  function remove(container: FakeContainer): void {
    container.remove();
    containers.delete(container.id);
    for (const { members } of networks.networks.values()) members.delete(container.id);
  }

  /** As the port says: what is there under the name is adopted when it is the same, else replaced. */
  function adopt(request: ContainerRequest): ContainerId | null {
    const existing = [...containers.values()].find(({ request: { name } }) => name === request.name);
    if (!existing) return null;
    const { image, owner, service, publish } = existing.request;
    const isSame =
      image === request.image &&
      owner.deployment === request.owner.deployment &&
      service === request.service &&
      publish?.hostAddress === request.publish?.hostAddress;
    if (isSame) return existing.id;
    remove(existing);
    return null;
  }

  return {
    instance,
    containers,
    occupied,
    at,
    folder,
    endEvents() {
      for (const subscriber of [...subscribers]) subscriber.end();
    },
    ...images,
    ...networks,
    ...volumes,
    info: async () => ({ version: "20.10.24", apiVersion: "1.41", builder: "buildkit" }),
    machine: async () => ({ cpus: 4, memoryBytes: 8 * 1024 ** 3, cgroups: { driver: "cgroupfs", version: 1 } }),
    diskUsage: async () => ({ imagesBytes: 0, containersBytes: 0, volumesBytes: 0, buildCacheBytes: 0 }),

    async createContainer(request) {
      const image = images.images.get(request.image);
      if (!image) throw new ImageMissing(`The image of ${request.service} is gone (${request.image}).`);
      const adopted = adopt(request);
      if (adopted !== null) return adopted;
      made += 1;
      const id = createHash("sha256").update(`${request.name} ${made}`).digest("hex") as ContainerId;
      containers.set(
        id,
        createFakeContainer({
          ...{ clock, id, request, emit },
          app: appOf(image.app, request.service),
          hasHealthcheck: image.info.hasHealthcheck,
          imageVolumes: image.info.volumes,
        }),
      );
      networks.networks.get(request.network)?.members.set(id, [request.service, ...request.options.aliases]);
      return id;
    },
    async startContainer(id) {
      const container = containers.get(id);
      if (!container) throw new StartFailed(`No such container: ${id}`);
      const { network, publish } = container.request;
      const { status } = container.state();
      if (status !== "running" && status !== "restarting") {
        if (!networks.networks.has(network)) throw new StartFailed(`network ${network} not found`);
        const address = publish?.hostAddress;
        if (address && (occupied.has(address) || at(address))) {
          throw new PortTaken(`Bind for ${address} failed: port is already allocated`);
        }
        if (container.app.cannotStart !== undefined) throw new StartFailed(container.app.cannotStart);
      }
      container.start();
    },
    async stopContainer(id, graceMs) {
      await containers.get(id)?.stop(graceMs);
    },
    async removeContainer(id) {
      const container = containers.get(id);
      if (container) remove(container);
    },
    inspectContainer: async (id) => containers.get(id)?.state() ?? null,
    listContainers: async (filter) =>
      [...containers.values()]
        .filter(({ request }) => isWanted(request.owner, filter))
        .map((container) => container.state()),
    async listeningPorts(id) {
      const container = containers.get(id);
      if (container?.state().status !== "running") return null;
      const port = container.listens();
      return port ? [port] : [];
    },
    async *logs(id, { follow, tail }, signal) {
      const container = containers.get(id);
      if (!container) throw new Error(`No such container: ${id}`);
      let next = tail === null ? 0 : Math.max(0, container.lines.length - tail);
      for (;;) {
        for (; next < container.lines.length; next++) {
          const line = container.lines[next];
          if (line) yield line;
        }
        if (!follow || container.state().status !== "running") return;
        await nextChange(container, signal);
      }
    },
    events: (signal) => subscribe(signal),
  };

  function subscribe(signal: AbortSignal): AsyncIterable<EngineEvent> {
    const queue: EngineEvent[] = [];
    let isOver = false;
    let rouse = () => {};
    const subscriber = {
      push(event: EngineEvent) {
        queue.push(event);
        rouse();
      },
      end() {
        isOver = true;
        rouse();
      },
    };
    subscribers.add(subscriber);
    signal.addEventListener("abort", subscriber.end, { once: true });
    return {
      async *[Symbol.asyncIterator]() {
        try {
          for (;;) {
            signal.throwIfAborted();
            const event = queue.shift();
            if (event) yield event;
            else if (isOver) return;
            else await new Promise<void>((resolve) => (rouse = resolve));
          }
        } finally {
          subscribers.delete(subscriber);
          signal.removeEventListener("abort", subscriber.end);
        }
      },
    };
  }
}

function isWanted(owner: ContainerRequest["owner"], filter: ContainerFilter): boolean {
  if ("installation" in filter) return owner.installation === filter.installation;
  return "deployment" in filter ? owner.deployment === filter.deployment : true;
}

function nextChange(container: FakeContainer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const forget = container.onChange(() => settle(resolve));
    const abort = () => settle(() => reject(signal.reason));
    signal.addEventListener("abort", abort, { once: true });
    function settle(how: () => void) {
      forget();
      signal.removeEventListener("abort", abort);
      how();
    }
  });
}
