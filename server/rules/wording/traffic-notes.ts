import type { EventBody } from "../../model/deployment/event.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { LiveReplica } from "../health/replica-traffic.ts";

type Note = Extract<EventBody, { type: "note" | "warning" }>;

/** What the log of a live version says about replicas that get requests from now on, and about those that do not. */
export function trafficNotes(
  service: string,
  replicas: readonly LiveReplica[],
  served: readonly HostAddress[],
  wanted: number,
): readonly Note[] {
  return replicas.flatMap(({ replica, address, isServed, health }): readonly Note[] => {
    const isNow = address !== null && served.includes(address);
    if (isNow === isServed) return [];
    const name = `${service} ${replica}`;
    if (isNow) return [{ type: "note", text: `${name} gets requests now` }];
    if (replica > wanted) return [{ type: "note", text: `${name} gets no more requests; it is drained, then removed` }];
    const why = address === null ? "it does not run" : health.failures > 0 ? "it does not pass its checks" : "it moved";
    return [{ type: "warning", text: `${name} gets no requests: ${why}` }];
  });
}
