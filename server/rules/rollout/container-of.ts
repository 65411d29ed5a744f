import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";

interface Made {
  readonly service: string;
  readonly replica?: number;
  readonly owner: { readonly deployment: DeploymentId };
}

/**
 * The container that runs a service of a deployment, or null; of several, the one with the lowest number. A stateful
 * service that was kept still has the container of an earlier deployment.
 */
export function containerOf<Container extends Made>(
  deployment: DeploymentId,
  service: Pick<ServiceSpec, "name" | "keptFrom">,
  containers: readonly Container[],
): Container | null {
  return replicasOf(deployment, service, containers)[0] ?? null;
}

/** All containers that run a service of a deployment, by their numbers. */
export function replicasOf<Container extends Made>(
  deployment: DeploymentId,
  service: Pick<ServiceSpec, "name" | "keptFrom">,
  containers: readonly Container[],
): readonly Container[] {
  const maker = service.keptFrom ?? deployment;
  const isIts = ({ service: name, owner }: Container) => name === service.name && owner.deployment === maker;
  return containers.filter(isIts).sort((a, b) => (a.replica ?? 1) - (b.replica ?? 1));
}
