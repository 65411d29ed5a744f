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
    for (const body of bodies) events.push({ seq: events.length + 1, at, ...body });
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
    read: async (id, after, limit) => (rows.events.get(id) ?? []).slice(after, after + limit),
    unsettled: async () =>
      allDeployments(rows)
        .filter(({ id, status }) => isOver(status) && !rows.events.get(id)?.some(({ type }) => type === "settled"))
        .map(({ id, installationId }) => ({ deployment: id, installation: installationId })),
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
