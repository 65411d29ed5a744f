import type { ContainerId, InstanceId } from "../model/names/ids.ts";
import type { EngineEvent } from "../ports/engine/containers.ts";
import { EngineUnavailable } from "../ports/engine/engine.ts";
import { readMessages } from "./build/json-stream.ts";
import type { Daemon } from "./host/daemon.ts";
import { only, serviceLabel, serviceOf } from "./host/labels.ts";

interface EventMessage {
  readonly Action?: string;
  readonly Actor?: { readonly ID: string; readonly Attributes?: Readonly<Record<string, string>> };
}

/**
 * Ends without an error when aborted or when the daemon goes away; rejects when the daemon was unavailable from the
 * start.
 */
export async function* readEvents(
  daemon: Daemon,
  instance: InstanceId,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  const filters = JSON.stringify({ type: ["container"], label: [only.instance(instance), serviceLabel] });
  let connected = false;
  try {
    const chunks = await daemon.open({ method: "GET", path: "/events", query: { filters } }, signal);
    connected = true;
    for await (const message of readMessages<EventMessage>(chunks)) {
      const event = message && engineEvent(message);
      if (event) yield event;
    }
  } catch (error) {
    const gone = connected && error instanceof EngineUnavailable;
    if (!signal.aborted && !gone) throw error;
  }
}

function engineEvent({ Action: action = "", Actor: actor }: EventMessage): EngineEvent | null {
  const identity = serviceOf(actor?.Attributes);
  const type = typeOf(action);
  if (actor === undefined || identity === null || type === null) return null;
  const exitCode = type === "die" ? Number(actor.Attributes?.exitCode ?? 0) : null;
  const { owner, service } = identity;
  return { type, container: actor.ID as ContainerId, owner, service, exitCode };
}

function typeOf(action: string): EngineEvent["type"] | null {
  if (action.startsWith("health_status")) return "health";
  return action === "start" || action === "die" || action === "oom" || action === "destroy" ? action : null;
}
