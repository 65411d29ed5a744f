import type { Deployment } from "../../../../server/model/deployment/deployment.ts";
import { isOver } from "../../../../server/model/deployment/deployment.ts";
import type { EventBody, StackProgress } from "../../../../server/model/deployment/event.ts";
import type { DeploymentId } from "../../../../server/model/names/ids.ts";
import type { Clock } from "../../../../server/ports/clock.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { allDeployments, type FakeRows } from "../rows.ts";

/** Through this every other part of the store writes events and wakes subscribers. */
export interface Journal {
  write(id: DeploymentId, bodies: readonly EventBody[], at: Date): void;
  writeStatus(deployment: Deployment, at: Date, more?: readonly EventBody[]): void;
  announce(id: DeploymentId): void;
}

export function createEvents(rows: FakeRows, clock: Clock): Store["events"] & { readonly journal: Journal } {
  const listeners = new Set<{ wake(id: DeploymentId): void }>();
  const pruned = new Set<DeploymentId>();

  const announce = (id: DeploymentId) => {
    for (const listener of [...listeners]) {
      try {
        listener.wake(id);
      } catch {
        // The announced change is committed already, so a listener's error must not look like a failed write.
      }
    }
  };
  const write: Journal["write"] = (id, bodies, at) => {
    if (!rows.deployments.has(id)) throw new Error(`Deployment ${id} does not exist: its events cannot be written`);
    const events = rows.events.get(id) ?? [];
    rows.events.set(id, events);
    for (const body of bodies) events.push({ seq: (events.at(-1)?.seq ?? 0) + 1, at, ...body });
    announce(id);
  };
  const listen = (wake: (id: DeploymentId) => void) => {
    const listener = { wake };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  return {
    journal: {
      write,
      announce,
      writeStatus(deployment, at, more = []) {
        const { id, status } = deployment;
        const reason = deployment.status === "stopped" ? deployment.reason : null;
        write(id, [{ type: "status", status, reason }, ...more], at);
      },
    },
    async append(id, bodies) {
      if (bodies.length > 0) write(id, bodies, clock.now());
    },
    read: async (id, after, limit) => (rows.events.get(id) ?? []).filter(({ seq }) => seq > after).slice(0, limit),
    unsettled: async () =>
      allDeployments(rows)
        .filter(({ id, status }) => isOver(status) && !rows.events.get(id)?.some(({ type }) => type === "settled"))
        .map(({ id, installationId }) => ({ deployment: id, installation: installationId })),
    async pruneLogs({ before, keepNewest, keepReady, note }, limit) {
      const all = allDeployments(rows);
      const live = new Set([...rows.installations.values()].map(({ liveDeploymentId }) => liveDeploymentId));
      const found = all.filter((one) => {
        const events = rows.events.get(one.id) ?? [];
        const own = all.filter(({ installationId }) => installationId === one.installationId);
        const newest = Math.max(...own.map(({ number }) => number));
        const readyLater = own.filter(
          (other) => (readyAtOf(other) ?? 0) > (readyAtOf(one) ?? Number.POSITIVE_INFINITY),
        );
        const isOld = before !== null && one.createdAt < before;
        const isExtra = keepNewest !== null && one.number <= newest - keepNewest;
        const isKept = live.has(one.id) || (readyAtOf(one) !== null && readyLater.length < keepReady);
        return events.some(({ type }) => type === "settled") && !pruned.has(one.id) && (isOld || isExtra) && !isKept;
      });
      for (const { id } of found.slice(0, limit)) {
        write(id, [{ type: "note", text: note }], clock.now());
        const events = rows.events.get(id) ?? [];
        const kept = events.filter(
          ({ type }, at) => type === "status" || type === "settled" || at === events.length - 1,
        );
        rows.events.set(id, kept);
        pruned.add(id);
      }
      return Math.min(found.length, limit);
    },
    subscribe: (id, wake) => listen((appended) => appended === id && wake()),
    subscribeAll: listen,
    stacks: async (id) => stacksOf(id),
    stacksOf: async (ids) =>
      new Map(ids.map((id) => [id, stacksOf(id)] as const).filter(([, stacks]) => stacks.length > 0)),
  };

  function stacksOf(id: DeploymentId): readonly StackProgress[] {
    const newest = new Map<string, StackProgress>();
    for (const event of rows.events.get(id) ?? [])
      if (event.type === "stack") newest.set(event.stack.name, event.stack);
    return [...newest.values()];
  }
}

function readyAtOf(deployment: Deployment): number | null {
  return "readyAt" in deployment ? (deployment.readyAt?.getTime() ?? null) : null;
}
