import type { HostAddress } from "../../model/names/host-address.ts";

/** What a live replica answered to its checks, since the last change. */
export interface ReplicaHealth {
  /** How often in a row it passed, or failed. */
  readonly passes: number;
  readonly failures: number;
}

export const untested: ReplicaHealth = { passes: 0, failures: 0 };

/** A replica under load may miss one check, but three in a row are no accident. */
const failuresToTakeOut = 3;

/** `closed`: nobody listens, so it is out at once; it comes back as every new replica does. */
export function afterCheck(health: ReplicaHealth, outcome: "healthy" | "unhealthy" | "closed"): ReplicaHealth {
  if (outcome === "healthy") return { passes: health.passes + 1, failures: 0 };
  return { passes: 0, failures: outcome === "closed" ? failuresToTakeOut : health.failures + 1 };
}

export interface LiveReplica {
  /** From 1. */
  readonly replica: number;
  /** Null while it does not run, or when it is to be removed. */
  readonly address: HostAddress | null;
  /** Whether requests go to it now. */
  readonly isServed: boolean;
  readonly health: ReplicaHealth;
}

/**
 * The replicas that should get requests, by their numbers from 1, with null for one that should not. A new one comes in once it
 * has passed as many checks in a row as a deployment wants, and one that is too many goes once another is in. Null when
 * none is fit: then requests go on to wherever they went, since an error page of the app tells more than none.
 */
export function replicasInTraffic(
  replicas: readonly LiveReplica[],
  wanted: number,
  successes: number,
): readonly (HostAddress | null)[] | null {
  const fit = replicas.filter(({ address, isServed, health }) => {
    if (address === null) return false;
    return isServed ? health.failures < failuresToTakeOut : health.passes >= successes;
  });
  const proper = fit.filter(({ replica }) => replica <= wanted);
  const chosen = proper.length > 0 ? proper : fit;
  if (chosen.length === 0) return null;
  const highest = Math.max(wanted, ...chosen.map(({ replica }) => replica));
  return Array.from(
    { length: highest },
    (_, index) => chosen.find(({ replica }) => replica === index + 1)?.address ?? null,
  );
}
