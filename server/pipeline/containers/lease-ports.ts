import { type DeploymentSpec, servicesOf } from "../../model/deployment/spec.ts";
import { replicaNumbers, startedReplicas } from "../../rules/rollout/replicas.ts";
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
    for (const replica of replicaNumbers(startedReplicas(service))) {
      const name = leaseName(service.name, replica);
      await store.leases.port({ deployment: deployment.id }, name, limits.ports, new Set()).catch(() => {});
    }
  }
}

/** The name under which a replica's port is leased. No service's name contains a `#`. */
export function leaseName(service: string, replica: number): string {
  return replica > 1 ? `${service}#${replica}` : service;
}
