import type { HostAddress } from "../../model/names/host-address.ts";
import { slotCount, type Upstream } from "../../ports/proxy.ts";

/**
 * Gives each slot the address of a replica: `replicas` are the addresses in the order of their numbers, with null for
 * one that gets no traffic now. Each replica gets the same number of slots, one more or less. A visitor may be bound to
 * a slot, so another number of replicas moves as few slots as possible, and the slots of one that is out go to the
 * others and come back to it. Empty when no replica has an address.
 */
export function fillSlots(replicas: readonly (HostAddress | null)[]): readonly HostAddress[] {
  const present = replicas.filter((address) => address !== null);
  if (present.length === 0) return [];
  let orphans = 0;
  return ownersOf(Math.min(replicas.length, slotCount)).map(
    // Those of one replica are spread over all others.
    (owner) => replicas[owner] ?? (present[orphans++ % present.length] as HostAddress),
  );
}

/**
 * Where the requests to a service go. Null when no replica has an address. `isSingle`: all to one replica, because its
 * route waits.
 */
export function upstreamOf(
  replicas: readonly (HostAddress | null)[],
  { isSticky, isSingle = false }: { readonly isSticky: boolean; readonly isSingle?: boolean },
): Upstream | null {
  const first = replicas.find((address) => address !== null) ?? null;
  if (first === null || isSingle || replicas.length === 1) return first;
  return { slots: fillSlots(replicas), isSticky };
}

/** The addresses that requests go to, each once. */
export function addressesOf(upstream: Upstream): readonly HostAddress[] {
  return typeof upstream === "string" ? [upstream] : [...new Set(upstream.slots)];
}

export function isSameUpstream(one: Upstream | undefined, other: Upstream): boolean {
  if (one === undefined || typeof one === "string" || typeof other === "string") return one === other;
  return one.isSticky === other.isSticky && one.slots.join() === other.slots.join();
}

/** The replica of each slot, counted from 0: every further one takes slots from those that have most. */
function ownersOf(replicas: number): readonly number[] {
  const owners = new Array<number>(slotCount).fill(0);
  for (let next = 1; next < replicas; next++) {
    for (let taken = 0; taken < Math.floor(slotCount / (next + 1)); taken++) {
      const counts = new Array<number>(next).fill(0);
      for (const owner of owners) if (owner < next) counts[owner] = (counts[owner] ?? 0) + 1;
      owners[owners.lastIndexOf(counts.indexOf(Math.max(...counts)))] = next;
    }
  }
  return owners;
}
