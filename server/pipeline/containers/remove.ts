import type { DeploymentId } from "../../model/names/ids.ts";
import type { DeploymentContext } from "../context/context.ts";

/**
 * Removes what a deployment has outside the database, and its leases: containers, networks, its proxy folder and its
 * files. Images, volumes and the record stay. It is idempotent.
 */
export async function removeDeployment(
  context: Pick<DeploymentContext, "engine" | "proxy" | "store" | "mountFiles" | "signal">,
  id: DeploymentId,
  options: {
    /**
     * The longest time that containers may take to stop. A container that keeps data gets the time that it asks for in
     * any case.
     */
    readonly graceMs: number;
    /** Services whose containers a later version has kept. */
    readonly except?: ReadonlySet<string>;
  },
): Promise<void> {
  const { engine, proxy, store, mountFiles, signal } = context;
  const { except = new Set() } = options;
  const containers = (await engine.listContainers({ deployment: id }, signal)).filter(
    ({ service }) => !except.has(service),
  );
  await Promise.all(
    containers.map(async (container) => {
      const { keepsData, stopGraceMs } = container;
      const graceMs = keepsData ? stopGraceMs : Math.min(options.graceMs, stopGraceMs);
      if (graceMs > 0) await engine.stopContainer(container.id, graceMs, signal);
      await engine.removeContainer(container.id, signal);
    }),
  );
  for (const network of await engine.listNetworks(signal)) {
    if (network.owner?.deployment === id) await engine.removeNetwork(network.name, signal);
  }
  const deployment = await store.deployments.get(id);
  if (deployment) await proxy.forget(deployment.installationId, id);
  await mountFiles.remove(id, except);
  if (deployment) await store.leases.handOver(id, deployment.installationId, [...except]);
  await store.leases.release({ deployment: id });
}
