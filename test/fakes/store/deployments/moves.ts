import { type Deployment, isOver, readyAtOf } from "../../../../server/model/deployment/deployment.ts";
import type { Installation } from "../../../../server/model/product.ts";
import { deploymentsOf, type FakeRows } from "../rows.ts";
import type { Journal } from "./events.ts";

/** Writes a deployment's new state with everything that belongs to it, as one transaction of the real store does. */
export function writeMove(rows: FakeRows, journal: Journal, from: Deployment, to: Deployment, at: Date): void {
  rows.deployments.set(to.id, to);
  moveLive(rows, from, to);
  // A deployment that ended in the queue has left nothing to clean up, so its end settles it.
  if (from.status === "queued" && isOver(to.status)) journal.writeStatus(to, at, [{ type: "settled" }]);
  else if (from.status !== to.status) journal.writeStatus(to, at);
  else journal.announce(to.id);
}

/**
 * Moves the installation along: to the new version at the cut-over, and back when the version fails in the watch
 * window.
 */
function moveLive(rows: FakeRows, from: Deployment, to: Deployment): void {
  const installation = rows.installations.get(to.installationId);
  if (!installation) return;
  const change = (changes: Partial<Installation>) =>
    void rows.installations.set(installation.id, { ...installation, ...changes });
  const isLive = installation.liveDeploymentId === to.id;

  if (stepOf(from) === "cut-over" && stepOf(to) === "watch") {
    change({ liveDeploymentId: to.id, stopped: false });
  } else if (from.status === "ready" && to.status === "stopped" && isLive) {
    change({ liveDeploymentId: null, stopped: true });
  } else if (from.status === "deploying" && from.step === "watch" && to.status === "failed" && isLive) {
    const wasReady = deploymentsOf(rows, installation.id).some((row) => readyAtOf(row) !== null);
    change({ liveDeploymentId: from.replacedId, stopped: from.replacedId === null && wasReady });
  }
}

/**
 * Whether the row is still in the state that the caller knows, as `where id, status, step, attempt` checks in the
 * table.
 */
export function isFenced(row: Deployment | undefined, from: Deployment): row is Deployment {
  return row?.status === from.status && row.attempt === from.attempt && stepOf(row) === stepOf(from);
}

export const stepOf = (deployment: Deployment) => (deployment.status === "deploying" ? deployment.step : null);
