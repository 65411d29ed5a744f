import type { RouteSpec } from "../../server/model/deployment/spec.ts";
import type { HostAddress } from "../../server/model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../server/model/names/ids.ts";
import { faultInRoute } from "../../server/model/names/sound-route.ts";
import { holdLimitMs, type Proxy as ReverseProxy, spreadTryMs, type Upstream } from "../../server/ports/proxy.ts";
import type { FakeDocker } from "./docker/fake-docker.ts";
import type { FakeClock } from "./fake-clock.ts";

/** The response that a user got. */
export interface Served {
  readonly status: number;
  /** The deployment whose container answered; null when none did. */
  readonly deployment: DeploymentId | null;
  readonly service: string | null;
}

/**
 * Caddy in memory: hosts, folders and switches as on disk, and requests that go through to the fake Docker's
 * containers.
 */
export interface FakeCaddy extends ReverseProxy {
  /** A request from a user. It counts as lost when it gets 502. */
  request(host: string): Promise<Served>;
  /** Where the requests to a service go now; null when it is not served, or held. */
  upstreamOf(installation: InstallationId, service: string): Upstream | null;
  readonly hosts: ReadonlyMap<string, RouteSpec & { readonly installation: InstallationId }>;
  /** Requests that are kept open on an address in addition to those of `request`: streams and WebSockets. */
  readonly streams: Map<HostAddress, number>;
}

interface Folder {
  /** The target of `live`. */
  current: DeploymentId | "stopped" | null;
  switchedAt: Date;
  /** Upstreams by service; null means that requests to it wait. */
  readonly deployments: Map<DeploymentId, Map<string, Upstream | null>>;
}

const retryMs = 50;
const spreadRetryMs = 20;
const never = new AbortController().signal;

export function createFakeCaddy(docker: FakeDocker, clock: FakeClock): FakeCaddy {
  const hosts = new Map<string, RouteSpec & { readonly installation: InstallationId }>();
  const folders = new Map<InstallationId, Folder>();
  const answering = new Map<HostAddress, number>();
  const streams = new Map<HostAddress, number>();

  const folderOf = (installation: InstallationId): Folder => {
    const folder = folders.get(installation) ?? { current: null, switchedAt: clock.now(), deployments: new Map() };
    folders.set(installation, folder);
    return folder;
  };
  const count = (address: HostAddress, change: number) =>
    void answering.set(address, (answering.get(address) ?? 0) + change);

  async function ask(address: HostAddress, deployment: DeploymentId, service: string): Promise<Served> {
    const lost = { status: 502, deployment: null, service: null };
    const container = docker.at(address);
    const listening = container?.listens();
    if (!container || !listening || listening.loopbackOnly) return lost;
    if (listening.port !== container.request.publish?.containerPort) return lost;
    count(address, 1);
    try {
      const reply = await container.serve();
      return reply.type === "answered" ? { status: reply.status, deployment, service } : lost;
    } finally {
      count(address, -1);
    }
  }

  let turn = 0;

  /** Slots take turns, where Caddy draws lots. */
  async function askOne(upstream: Upstream, deployment: DeploymentId, service: string): Promise<Served> {
    if (typeof upstream === "string") return ask(upstream, deployment, service);
    for (let waitedMs = 0; ; waitedMs += spreadRetryMs) {
      turn += 1;
      const served = await ask(upstream.slots[turn % upstream.slots.length] as HostAddress, deployment, service);
      if (served.status !== 502 || waitedMs >= spreadTryMs) return served;
      await clock.sleep(spreadRetryMs, never);
    }
  }

  return {
    hosts,
    streams,
    upstreamOf(installation, service) {
      const folder = folders.get(installation);
      if (!folder || typeof folder.current !== "number") return null;
      return folder.deployments.get(folder.current)?.get(service) ?? null;
    },
    async request(host) {
      const nobody = (status: number) => ({ status, deployment: null, service: null });
      for (let waitedMs = 0; ; waitedMs += retryMs) {
        const route = hosts.get(host);
        if (!route) return nobody(404);
        const folder = folderOf(route.installation);
        const { current } = folder;
        if (current === null || current === "stopped") return nobody(503);
        const upstream = folder.deployments.get(current)?.get(route.service);
        if (upstream === undefined) return nobody(503);
        if (upstream !== null) return askOne(upstream, current, route.service);
        if (!route.waits || waitedMs >= holdLimitMs) return nobody(502);
        await clock.sleep(retryMs, never);
      }
    },
    ping: async () => {},
    version: async () => "2.11.4",
    async setRoutes(routes) {
      const faults = routes.flatMap(({ installation, routes: all }) => {
        const message = all.map(faultInRoute).find((fault) => fault !== null);
        return message ? [{ installation, message }] : [];
      });
      hosts.clear();
      for (const { installation, routes: all } of routes) {
        if (faults.some((fault) => fault.installation === installation)) continue;
        folderOf(installation);
        for (const route of all) hosts.set(route.host, { ...route, installation });
      }
      return faults;
    },
    async prepare(installation, deployment, upstreams) {
      const { deployments } = folderOf(installation);
      deployments.set(deployment, new Map([...(deployments.get(deployment) ?? []), ...upstreams]));
    },
    async hold(installation, deployment, services) {
      const held = services.map((service) => [service, null] as const);
      const { deployments } = folderOf(installation);
      deployments.set(deployment, new Map([...(deployments.get(deployment) ?? []), ...held]));
    },
    async switchTo(installation, target) {
      const folder = folderOf(installation);
      if (target !== "stopped" && !folder.deployments.has(target)) {
        throw new Error(`Deployment ${target} of installation ${installation} was never prepared.`);
      }
      if (folder.current !== target) folder.switchedAt = clock.now();
      folder.current = target;
      return { tookMs: 0.2, at: folder.switchedAt };
    },
    async upstreamsOf(installation, deployment) {
      const upstreams = folders.get(installation)?.deployments.get(deployment) ?? new Map<string, Upstream | null>();
      return new Map([...upstreams].flatMap(([service, upstream]) => (upstream ? [[service, upstream] as const] : [])));
    },
    current: async (installation) => folders.get(installation)?.current ?? null,
    async forget(installation, deployment) {
      const folder = folders.get(installation);
      if (folder && folder.current !== deployment) folder.deployments.delete(deployment);
    },
    async forgetInstallation(installation) {
      folders.delete(installation);
    },
    listFolders: async () =>
      new Map([...folders].map(([installation, { deployments }]) => [installation, [...deployments.keys()].sort()])),
    async prove(host) {
      const route = hosts.get(host);
      const current = route ? folders.get(route.installation)?.current : null;
      return typeof current === "number" ? current : null;
    },
    inFlight: async (address) => (answering.get(address) ?? 0) + (streams.get(address) ?? 0),
  };
}
