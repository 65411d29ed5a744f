import { type DeploymentSpec, servicesOf } from "../../model/deployment/spec.ts";
import { isStateful } from "../../rules/rollout/stateful.ts";
import type { DeploymentContext } from "../context/context.ts";

/**
 * Leases the ports of a version before its services start. A failure is forgotten: the start of each service leases its
 * own, and says what is wrong.
 */
export async function leasePorts(
  { store, deployment, limits }: DeploymentContext,
  spec: DeploymentSpec,
): Promise<void> {
  for (const service of servicesOf(spec)) {
    if (service.port === null || service.kind === "init" || isStateful(service)) continue;
    await store.leases.port({ deployment: deployment.id }, service.name, limits.ports, new Set()).catch(() => {});
  }
}
