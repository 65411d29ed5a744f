import type { Queued, Running } from "../../model/deployment/deployment.ts";
import type { DeploymentId } from "../../model/names/ids.ts";

export interface Waiting {
  /** 1 means next. */
  readonly position: number;
  /** Completes "waiting for …": "deployment 3 of this product". */
  readonly waitingFor: string;
}

/** Why a queued deployment has not started; null when it is not in the queue. `queued` is in claiming order. */
export function whyWaiting(
  queue: { readonly queued: readonly Queued[]; readonly running: readonly Running[] },
  maxBuilding: number,
  id: DeploymentId,
): Waiting | null {
  const index = queue.queued.findIndex((deployment) => deployment.id === id);
  const deployment = queue.queued[index];
  if (!deployment) return null;
  const position = index + 1;

  const same = queue.running.find((running) => running.installationId === deployment.installationId);
  if (same) return { position, waitingFor: `deployment ${same.number} of this product, which is ${same.status}` };

  const older = queue.queued.slice(0, index).find((other) => other.installationId === deployment.installationId);
  if (older) return { position, waitingFor: `deployment ${older.number} of this product, which is ahead in the queue` };

  const building = queue.running.filter((running) => running.status === "building").length;
  if (building >= maxBuilding) {
    return { position, waitingFor: `a free build slot (${building} of ${maxBuilding} are building)` };
  }
  return { position, waitingFor: "a free slot (starting shortly)" };
}
