import { servicesOf } from "../../model/deployment/spec.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import { containerOf } from "./container-of.ts";
import { groupBy } from "./group-by.ts";
import type { DesiredState, ObservedState } from "./reconcile.ts";

/** A way to a live web service that needs no engine, for the time in which that is away. */
export interface Detour {
  readonly installation: InstallationId;
  readonly deployment: DeploymentId;
  readonly service: string;
  /** Where the engine publishes its port. */
  readonly published: HostAddress;
  /** The container's own address. */
  readonly own: HostAddress;
}

/** The ways to all services that have traffic, as they were at the last look. */
export function detoursOf(
  { installations, deployments }: Pick<DesiredState, "installations" | "deployments">,
  { containers, current }: Pick<ObservedState, "containers" | "current">,
): readonly Detour[] {
  const byId = new Map(deployments.map((deployment) => [deployment.id, deployment]));
  const madeBy = groupBy(containers, ({ owner }) => owner.deployment);
  return installations.flatMap(({ id, liveDeploymentId }) => {
    const live = liveDeploymentId === null ? undefined : byId.get(liveDeploymentId);
    if (live?.status !== "ready" || current.get(id) !== live.id) return [];
    return servicesOf(live.spec).flatMap((service): readonly Detour[] => {
      if (service.kind !== "web") return [];
      const container = containerOf(live.id, service, madeBy.get(service.keptFrom ?? live.id) ?? []);
      const [published, own] = [container?.hostAddress ?? null, container?.ownAddress ?? null];
      if (published === null || own === null) return [];
      return [{ installation: id, deployment: live.id, service: service.name, published, own }];
    });
  });
}
