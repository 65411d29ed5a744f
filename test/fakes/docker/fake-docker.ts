import { createHash } from "node:crypto";
import { type HostAddress, hostAddress } from "../../../server/model/names/host-address.ts";
import type { ContainerId, InstanceId } from "../../../server/model/names/ids.ts";
import {
  type ContainerFilter,
  type ContainerRequest,
  type EngineEvent,
  PortTaken,
  StartFailed,
} from "../../../server/ports/engine/containers.ts";
import { type Engine, EngineUnavailable } from "../../../server/ports/engine/engine.ts";
import { ImageMissing } from "../../../server/ports/engine/images.ts";
import type { FakeClock } from "../fake-clock.ts";
import { appOf } from "./app.ts";
import { createFakeContainer, type FakeContainer } from "./container.ts";
import { createFakeImages, type FakeImages } from "./images.ts";
import { createFakeNetworks, type FakeNetworks } from "./networks.ts";
import { createFakeVolumes, type FakeVolumes } from "./volumes.ts";

/**
 * Docker in memory, on a virtual clock. Containers behave as their `App` says, and outlive the Baton that created them.
 */
export interface FakeDocker extends Engine {
  readonly containers: ReadonlyMap<ContainerId, FakeContainer>;
  readonly images: FakeImages["images"];
  readonly registry: FakeImages["registry"];
  readonly unreachable: FakeImages["unreachable"];
  readonly builds: FakeImages["builds"];
  readonly cache: FakeImages["cache"];
  readonly networks: FakeNetworks["networks"];
  readonly foreignSubnets: FakeNetworks["foreignSubnets"];
  readonly volumes: FakeVolumes["volumes"];
  readonly foreignVolumes: FakeVolumes["foreignVolumes"];
  /** Addresses of this host on which another program listens. */
  readonly occupied: Set<HostAddress>;
  /** The running container whose port is published at this address. */
  at(address: HostAddress): FakeContainer | null;
  /** When true, the daemon does not answer, and earlier calls have failed. Containers keep running. */
  away: boolean;
  /** For this time the daemon accepts calls and does not answer them, as if it were sent SIGSTOP. Containers keep running. */
  hang(forMs: number): void;
  /** Stops the daemon and closes the ports that it publishes. Containers keep running. After this time both are back. */
  kill(downMs: number): void;
  /** Stops the daemon with its containers. After this time it is back, with the containers that should run. */
  restart(downMs: number): void;
}

export function createFakeDocker(clock: FakeClock, instance = "fake0000" as InstanceId): FakeDocker {
  const containers = new Map<ContainerId, FakeContainer>();
  /** What containers have written outside of volumes, by container and path. */
  const ownFolders = new Map<string, Map<string, string>>();
  const occupied = new Set<HostAddress>();
  const subscribers = new Set<{ push(event: EngineEvent): void; end(): void }>();
  let made = 0;

  const images = createFakeImages({
    clock,
    instance,
    isUsed: (image) => [...containers.values()].some(({ request }) => request.image === image),
  });
  const networks = createFakeNetworks((id) => containers.has(id));
  const volumes = createFakeVolumes((id, path) => folderOf(id, containers.get(id)?.request.mounts ?? [], path));

  const emit = (event: EngineEvent) => {
    for (const subscriber of [...subscribers]) subscriber.push(event);
  };
  let publishes = true;
  const at = (address: HostAddress) =>
    [...containers.values()].find(
      (one) =>
        (publishes && one.isRunning && one.request.publish?.hostAddress === address) ||
        one.state().ownAddress === address,
    ) ?? null;

  /** The folder of the volume that is mounted there, or the container's own; null when it has no such folder. */
  function folderOf(id: ContainerId, mounts: ContainerRequest["mounts"], path: string): Map<string, string> | null {
    const mount = mounts.find((one) => one.type === "volume" && one.path === path);
    if (mount?.type === "volume") return volumes.volumes.get(mount.volume)?.files ?? null;
    return ownFolders.get(`${id} ${path}`) ?? null;
  }

  function makeFolder(id: ContainerId, mounts: ContainerRequest["mounts"], path: string): Map<string, string> {
    const folder = folderOf(id, mounts, path) ?? new Map<string, string>();
    ownFolders.set(`${id} ${path}`, folder);
    return folder;
  }

  function remove(container: FakeContainer): void {
    container.remove();
    containers.delete(container.id);
    for (const { members } of networks.networks.values()) members.delete(container.id);
  }

  /** As the port says: an equal container with this name is adopted, another one is replaced. */
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

  const docker: Omit<FakeDocker, "away" | "restart" | "hang" | "kill"> = {
    instance,
    containers,
    occupied,
    at,
    ...images,
    ...networks,
    ...volumes,
    info: async () => ({
      ...{ version: "20.10.24", apiVersion: "1.41", minApiVersion: "1.12", spokenApiVersion: "1.41" },
      packager: "debian",
      builder: "buildkit",
    }),
    machine: async () => ({
      ...{ cpus: 4, memoryBytes: 8 * 1024 ** 3, cgroups: { driver: "cgroupfs", version: 1 } },
      ...{ imageStore: "graph driver overlay2", rootless: false, cannotLimit: [] },
      ...{ operatingSystem: "Debian GNU/Linux 13 (trixie)", firewallBackend: null },
    }),
    diskUsage: async () => ({
      ...{ imagesBytes: 0, containersBytes: 0, volumesBytes: 0, volumes: [] },
      ...{ buildCacheBytes: images.cache.unusedBytes, unusedCacheBytes: images.cache.unusedBytes },
      images: [...images.images.values()].flatMap(({ id, tags, info }) => {
        const own = [...tags].filter((tag) => tag.startsWith(`baton-${instance}/`));
        const isInUse = [...containers.values()].some(({ request }) => request.image === id);
        if (own.length === 0 && tags.size > 0) return [];
        return [
          {
            id,
            tags: own,
            hasOtherTags: own.length < tags.size,
            ownBytes: info.sizeBytes,
            createdAt: info.createdAt,
            isInUse,
          },
        ];
      }),
    }),

    async createContainer(request) {
      const image = images.images.get(request.image);
      if (!image) throw new ImageMissing(`The image of ${request.service} is gone (${request.image}).`);
      const adopted = adopt(request);
      if (adopted !== null) return adopted;
      made += 1;
      const { publish } = request;
      const id = createHash("sha256").update(`${request.name} ${made}`).digest("hex") as ContainerId;
      containers.set(
        id,
        createFakeContainer({
          ...{ clock, id, request, emit },
          folder: (path) => makeFolder(id, request.mounts, path),
          app: appOf(image.app, request.service),
          hasHealthcheck: image.info.hasHealthcheck,
          imageVolumes: image.info.volumes,
          ownAddress: publish && hostAddress(`172.30.${made >> 8}.${made % 256}`, publish.containerPort),
        }),
      );
      const names = request.sharesNetwork ? [] : [request.service, ...request.options.aliases];
      networks.networks.get(request.network)?.members.set(id, names);
      return id;
    },
    async startContainer(id) {
      const container = containers.get(id);
      if (!container) throw new StartFailed(`No such container: ${id}`);
      const { publish } = container.request;
      const { status } = container.state();
      if (status !== "running" && status !== "restarting") {
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
    inspectContainer: async (id) => {
      const container = containers.get(id);
      return container ? { ...container.state(), deaths: [] } : null;
    },
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
    async *logs(id, { follow, tail, timestamps }, signal) {
      const container = containers.get(id);
      let next = tail === null ? 0 : Math.max(0, (container?.lines.length ?? 0) - tail);
      while (container && !signal.aborted) {
        for (; next < container.lines.length; next++) {
          const line = container.lines[next];
          if (line) yield timestamps ? line : { ...line, at: null };
        }
        if (!follow || container.state().status !== "running") return;
        await nextChange(container, signal);
      }
    },
    async *events(signal) {
      const queue: EngineEvent[] = [];
      let rouse = () => {};
      let isOver = false;
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
      try {
        while (!signal.aborted) {
          const event = queue.shift();
          if (event) yield event;
          else if (isOver) return;
          else {
            await new Promise<void>((resolve) => {
              rouse = resolve;
            });
          }
        }
      } finally {
        subscribers.delete(subscriber);
        signal.removeEventListener("abort", subscriber.end);
      }
    },
  };

  /** Aborted when the daemon goes away, which ends the calls to it. */
  let daemon = new AbortController();
  let hangsUntilMs = 0;
  const fake = answering(docker, () => daemon.signal, patience);

  /** As long as Baton waits for an answer, or until the daemon goes on. */
  async function patience(name: string): Promise<void> {
    const limitMs = name === "info" ? 5_000 : 30_000;
    const lateMs = clock.monotonicMs() + limitMs;
    while (clock.monotonicMs() < hangsUntilMs) {
      if (clock.monotonicMs() >= lateMs)
        throw new EngineUnavailable(`Docker did not respond within ${limitMs / 1000} s.`);
      await new Promise<void>((resolve) => clock.after(250, resolve));
    }
  }
  const setAway = (away: boolean) => {
    if (!away) {
      daemon = new AbortController();
      return;
    }
    daemon.abort(new EngineUnavailable("connect ECONNREFUSED /var/run/docker.sock"));
    for (const subscriber of [...subscribers]) subscriber.end();
  };
  return Object.defineProperties(fake, {
    away: { get: () => daemon.signal.aborted, set: setAway },
    hang: {
      value(forMs: number) {
        hangsUntilMs = clock.monotonicMs() + forMs;
      },
    },
    kill: {
      value(downMs: number) {
        setAway(true);
        publishes = false;
        clock.after(downMs, () => {
          publishes = true;
          setAway(false);
        });
      },
    },
    restart: {
      value(downMs: number) {
        setAway(true);
        for (const container of containers.values()) container.halt();
        clock.after(downMs, () => {
          setAway(false);
          for (const container of containers.values()) container.comeBack();
        });
      },
    },
  }) as FakeDocker;
}

/** The same engine, which answers only while its daemon is up. */
function answering<Docker extends object>(
  docker: Docker,
  daemon: () => AbortSignal,
  patience: (name: string) => Promise<void>,
): Docker {
  async function* stream(items: AsyncIterable<unknown>) {
    daemon().throwIfAborted();
    yield* items;
  }
  const guarded = (name: string, act: (...args: unknown[]) => unknown) => {
    if (name === "at") return act;
    if (name === "logs" || name === "events") {
      return (...args: unknown[]) => stream(act(...args) as AsyncIterable<unknown>);
    }
    return async (...args: unknown[]) => {
      const signal = daemon();
      if (signal.aborted && name === "listeningPorts") return null;
      signal.throwIfAborted();
      await patience(name);
      return untilAborted(act(...withSignal(args, signal)), signal);
    };
  };
  const members = Object.entries(docker).map(([name, member]) => [
    name,
    typeof member === "function" ? guarded(name, member.bind(docker)) : member,
  ]);
  return Object.fromEntries(members) as Docker;
}

/** A build ends when its daemon does, as it does when its client disconnects. */
function withSignal(args: readonly unknown[], daemon: AbortSignal): readonly unknown[] {
  const last = args.at(-1);
  return last instanceof AbortSignal ? [...args.slice(0, -1), AbortSignal.any([last, daemon])] : args;
}

function untilAborted(answer: unknown, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    Promise.resolve(answer)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

function isWanted(owner: ContainerRequest["owner"], filter: ContainerFilter): boolean {
  if ("installation" in filter) return owner.installation === filter.installation;
  return "deployment" in filter ? owner.deployment === filter.deployment : true;
}

/** Resolves when something has happened to the container, or the signal is aborted. */
function nextChange(container: FakeContainer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      forget();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const forget = container.onChange(done);
    signal.addEventListener("abort", done, { once: true });
  });
}
