import { isOver } from "../model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../model/names/ids.ts";
import type { Chores } from "./chores.ts";
import { type ReconcilerContext, warn } from "./context.ts";

export interface Settlements {
  begin(installation: InstallationId, deployment: DeploymentId): void;
  /** Settles deployments whose end a server recorded before it died, but not that no more events follow. */
  beginLeftovers(): Promise<void>;
  /** Resolves when the settlements that have begun are over. Never rejects. */
  all(): Promise<unknown>;
}

/**
 * Settles deployments that are over. `tidy` removes what each has replaced or left behind; `removeImages` is a task
 * that is due once that is gone.
 */
export function createSettlements(
  context: ReconcilerContext,
  chores: Chores,
  act: { readonly tidy: (installation: InstallationId) => Promise<void>; readonly removeImages: () => Promise<void> },
): Settlements {
  const { store, signal } = context;
  const settling = new Map<DeploymentId, Promise<void>>();

  return {
    begin,
    beginLeftovers,
    all: () => Promise.all(settling.values()),
  };

  async function beginLeftovers(): Promise<void> {
    for (const { installation, deployment } of await store.events.unsettled()) begin(installation, deployment);
  }

  function begin(installation: InstallationId, deployment: DeploymentId): void {
    if (settling.has(deployment)) return;
    const settled = settle(installation, deployment)
      .catch((error: unknown) => {
        chores.add(beginLeftovers);
        warn(context, error, "finishing a deployment failed; it will be retried");
      })
      .finally(() => settling.delete(deployment));
    settling.set(deployment, settled);
  }

  async function settle(installation: InstallationId, deployment: DeploymentId): Promise<void> {
    await act.tidy(installation);
    signal.throwIfAborted();
    const now = await store.deployments.get(deployment);
    if (!now || !isOver(now.status)) return;
    await store.events.append(deployment, [{ type: "settled" }]);
    chores.add(act.removeImages);
    await chores.catchUp();
  }
}
