import { isOver } from "../model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../model/names/ids.ts";
import { type ReconcilerContext, warn } from "./context.ts";
import { removeUnneededImages } from "./images.ts";

export interface Settlements {
  begin(installation: InstallationId, deployment: DeploymentId): void;
  /** A server that died after the end of a deployment has not recorded that nothing more will come. */
  beginLeftovers(): Promise<void>;
  /** Resolves when those that have begun are over. Never rejects. */
  all(): Promise<unknown>;
}

/** Settles deployments that are over. `tidy` removes what each has replaced or left behind. */
export function createSettlements(
  context: ReconcilerContext,
  tidy: (installation: InstallationId) => Promise<void>,
): Settlements {
  const { store, signal } = context;
  const settling = new Set<Promise<void>>();

  return {
    begin,
    async beginLeftovers() {
      for (const { installation, deployment } of await store.events.unsettled()) begin(installation, deployment);
    },
    all: () => Promise.all(settling),
  };

  function begin(installation: InstallationId, deployment: DeploymentId): void {
    const settled = settle(installation, deployment)
      .catch((error: unknown) => warn(context, error, "finishing a deployment failed; it will be retried"))
      .finally(() => settling.delete(settled));
    settling.add(settled);
  }

  async function settle(installation: InstallationId, deployment: DeploymentId): Promise<void> {
    await tidy(installation);
    signal.throwIfAborted();
    const now = await store.deployments.get(deployment);
    if (!now || !isOver(now.status)) return;
    await store.events.append(deployment, [{ type: "settled" }]);
    await removeUnneededImages(context);
  }
}
