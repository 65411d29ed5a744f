import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";

interface Made {
  readonly service: string;
  readonly owner: { readonly deployment: DeploymentId };
}

/**
 * The container that runs a service of a deployment, or null. A stateful service that was kept still has the container
 * of an earlier deployment.
 */
export function containerOf<Container extends Made>(
  deployment: DeploymentId,
  service: Pick<ServiceSpec, "name" | "keptFrom">,
  containers: readonly Container[],
): Container | null {
  const maker = service.keptFrom ?? deployment;
  const isIts = ({ service: name, owner }: Container) => name === service.name && owner.deployment === maker;
  return containers.find(isIts) ?? null;
}
