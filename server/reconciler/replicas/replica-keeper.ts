import { createWakeUp } from "../../async/wake-up.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { ContainerId } from "../../model/names/ids.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import type { Upstream } from "../../ports/proxy.ts";
import {
  afterCheck,
  type LiveReplica,
  type ReplicaHealth,
  replicasInTraffic,
  untested,
} from "../../rules/health/replica-traffic.ts";
import { isReplacedBy } from "../../rules/rollout/restorations.ts";
import type { SpreadService } from "../../rules/rollout/traffic.ts";
import { addressesOf, isSameUpstream, upstreamOf } from "../../rules/routing/slots.ts";
import { trafficNotes } from "../../rules/wording/traffic-notes.ts";
import { type ReconcilerContext, warn } from "../context.ts";

const checkEveryMs = 1_000;
/** While a new replica waits to come in. */
const checkNewEveryMs = 250;
const restMs = 60_000;

/**
 * Decides which replicas of a live service get requests: it checks each of them every second, brings in those that are
 * new or have recovered, and takes out those that have died, do not answer or are too many. What it finds out is in
 * memory only: after a restart, a replica that gets requests goes on getting them, and any other is checked anew.
 */
export interface ReplicaKeeper {
  /** Remembers what the last look has found, and acts on it at once. */
  know(services: readonly SpreadService[]): Promise<void>;
  /** Checks until the signal is aborted. */
  run(): Promise<void>;
  /** Containers that are being removed; none of them comes in again. */
  readonly leaving: Set<ContainerId>;
}

type Needs = Pick<ReconcilerContext, "store" | "proxy" | "prober" | "clock" | "log" | "signal">;

/** `onChanged` is called when requests go to other replicas than before: those that are out may be removed. */
export function createReplicaKeeper(context: Needs, onChanged: () => void): ReplicaKeeper {
  const { clock, signal } = context;
  const news = createWakeUp(clock);
  const leaving = new Set<ContainerId>();
  const checking = new Set<ContainerId>();
  let known: ReadonlyMap<string, SpreadService> = new Map();
  let health: ReadonlyMap<ContainerId, ReplicaHealth> = new Map();
  let last: Promise<void> = Promise.resolve();

  const healthOf = (id: ContainerId) => health.get(id) ?? untested;
  const keyOf = ({ deployment, service }: SpreadService) => `${deployment}/${service.name}`;

  /** Its outcome counts when it is there; one that hangs keeps none of the others waiting. */
  function check(one: SpreadService, container: ContainerState): void {
    const { id, hostAddress, status } = container;
    if (hostAddress === null || status !== "running" || checking.has(id)) return;
    checking.add(id);
    void probe(context, one, hostAddress)
      .then((outcome) => {
        health = new Map(health).set(id, afterCheck(healthOf(id), outcome));
        return settle(keyOf(one));
      })
      .catch((error: unknown) => warn(context, error, "checking a replica failed; it will be retried"))
      .finally(() => checking.delete(id));
  }

  /** One change at a time, each decided on what the one before has left. */
  function settle(key: string): Promise<void> {
    last = last
      .then(() => settleNow(key))
      .catch((error: unknown) =>
        warn(context, error, "changing the replicas that get requests failed; it will be retried"),
      );
    return last;
  }

  async function settleNow(key: string): Promise<void> {
    const one = known.get(key);
    if (!one) return;
    const replicas = one.replicas.map((container) => asLive(one, container, healthOf(container.id), leaving));
    const next = await lead(context, one, replicas);
    if (next === null) return;
    if (known.get(key) === one) known = new Map(known).set(key, { ...one, upstream: next });
    onChanged();
  }

  return {
    leaving,

    async know(services) {
      known = new Map(services.map((one) => [keyOf(one), one]));
      // A container that has ended begins again.
      const running = services.flatMap(({ replicas }) => replicas.filter(({ status }) => status === "running"));
      const ids = new Set(running.map(({ id }) => id));
      health = new Map([...health].filter(([id]) => ids.has(id)));
      for (const key of known.keys()) await settle(key);
      if (known.size > 0) news.wake();
    },

    async run() {
      while (!signal.aborted) {
        for (const one of known.values()) for (const container of one.replicas) check(one, container);
        const isWaiting = [...known.values()].some(hasNew);
        const pauseMs = known.size === 0 ? restMs : isWaiting ? checkNewEveryMs : checkEveryMs;
        await (known.size === 0 ? news.next(pauseMs, signal) : clock.sleep(pauseMs, signal)).catch(() => {});
      }
    },
  };
}

async function probe({ prober, signal }: Needs, { host, service }: SpreadService, address: HostAddress) {
  const { path, tryTimeoutMs: timeoutMs } = service.health;
  const found = await prober.http({ address, path, host, timeoutMs }, signal);
  if (found.type === "closed") return "closed";
  return found.type === "answered" && found.status >= 200 && found.status < 400 ? "healthy" : "unhealthy";
}

function asLive(
  { upstream }: SpreadService,
  { id, replica, status, hostAddress }: ContainerState,
  health: ReplicaHealth,
  leaving: ReadonlySet<ContainerId>,
): LiveReplica {
  const isServed = hostAddress !== null && upstream !== null && addressesOf(upstream).includes(hostAddress);
  return { replica, address: status === "running" && !leaving.has(id) ? hostAddress : null, isServed, health };
}

/** Leads the requests to those that are fit. Resolves with where they go now, or null when nothing has changed. */
async function lead(context: Needs, one: SpreadService, replicas: readonly LiveReplica[]): Promise<Upstream | null> {
  const { installation, deployment, service, wanted, isSticky, upstream } = one;
  const chosen = replicasInTraffic(replicas, wanted, service.health.successes);
  const next = chosen && upstreamOf(chosen, { isSticky });
  if (!next || isSameUpstream(upstream ?? undefined, next) || (await isMoved(context, one))) return null;
  await context.proxy.prepare(installation, deployment, new Map([[service.name, next]]));
  const notes = trafficNotes(service.name, replicas, addressesOf(next), wanted);
  if (notes.length > 0) await context.store.events.append(deployment, notes);
  return next;
}

/** Whether a replica runs that should get requests and does not. */
function hasNew({ replicas, upstream, wanted }: SpreadService): boolean {
  const served = upstream === null ? [] : addressesOf(upstream);
  return replicas.some(
    ({ replica, status, hostAddress }) =>
      replica <= wanted && status === "running" && hostAddress !== null && !served.includes(hostAddress),
  );
}

/** Whether a deployment that began since the last look has stopped the service, or moves its traffic. */
async function isMoved({ store }: Needs, { installation, deployment, service }: SpreadService): Promise<boolean> {
  if ((await store.installations.get(installation))?.liveDeploymentId !== deployment) return true;
  const { running } = await store.deployments.queue();
  return running.some(
    (each) =>
      each.installationId === installation &&
      each.status === "deploying" &&
      (each.step !== "start" || isReplacedBy(service, each)),
  );
}
