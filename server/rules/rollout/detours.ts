import { servicesOf } from "../../model/deployment/spec.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import { replicasOf } from "./container-of.ts";
import { groupBy } from "./group-by.ts";
import type { DesiredState, ObservedState } from "./world.ts";

/** A way to a live web service that needs no engine, for the time in which that is away. */
export interface Detour {
  readonly installation: InstallationId;
  readonly deployment: DeploymentId;
  readonly service: string;
  /** One for each of its replicas that has traffic. */
  readonly ways: readonly Way[];
  readonly isSticky: boolean;
}

export interface Way {
  /** Where the engine publishes its port. */
  readonly published: HostAddress;
  /** The container's own address. */
  readonly own: HostAddress;
}

/** The ways to all services that have traffic, as they were at the last look. */
export function detoursOf(
  { installations, deployments }: Pick<DesiredState, "installations" | "deployments">,
  { containers, current, upstreams }: Pick<ObservedState, "containers" | "current" | "upstreams">,
): readonly Detour[] {
  const byId = new Map(deployments.map((deployment) => [deployment.id, deployment]));
  const madeBy = groupBy(containers, ({ owner }) => owner.deployment);
  return installations.flatMap(({ id, liveDeploymentId }) => {
    const live = liveDeploymentId === null ? undefined : byId.get(liveDeploymentId);
    if (live?.status !== "ready" || current.get(id) !== live.id) return [];
    return servicesOf(live.spec).flatMap((service): readonly Detour[] => {
      if (service.kind !== "web") return [];
      const upstream = upstreams.get(id)?.get(service.name);
      const isSpread = upstream !== undefined && typeof upstream !== "string";
      const replicas = replicasOf(live.id, service, madeBy.get(service.keptFrom ?? live.id) ?? []);
      const ways = (isSpread ? replicas : replicas.slice(0, 1)).flatMap(
        ({ hostAddress: published, ownAddress: own }) =>
          published === null || own === null ? [] : [{ published, own }],
      );
      if (ways.length === 0) return [];
      const isSticky = isSpread && upstream.isSticky;
      return [{ installation: id, deployment: live.id, service: service.name, ways, isSticky }];
    });
  });
}
