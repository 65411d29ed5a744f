import type { Deploying } from "../../model/deployment/deployment.ts";
import { type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { Installation } from "../../model/product.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import type { Repair } from "./repair.ts";
import { fittingReplicas, nobodyScaled, replicaNumbers, startedReplicas } from "./replicas.ts";
import { carriedVolumes, isStateful, makerOf } from "./stateful.ts";
import { liveOf, type Rows, replicasIn, type World } from "./world.ts";

/** Containers of the live version that do not run, although they should. */
export function restorations(installation: Installation, rows: Rows, world: World): readonly Repair[] {
  const live = liveOf(installation, rows);
  if (live?.status !== "ready" || rows.restoring.has(installation.id)) return [];
  // What a running deployment stopped in order to replace it, it also restores.
  const replacing = rows.deploying.get(installation.id) ?? [];
  const own = world.ofInstallation.get(installation.id) ?? [];
  const wanted = fittingReplicas(servicesOf(live.spec), rows.scalings.get(installation.id) ?? nobodyScaled);
  const isBeingReplaced = (service: ServiceSpec) => replacing.some((deployment) => isReplacedBy(service, deployment));
  return (
    servicesOf(live.spec)
      .filter((service) => service.kind !== "init" && !isBeingReplaced(service))
      // Nothing else may use its data, so leftovers of a failed version go first.
      .filter(
        (service) =>
          !isStateful(service) ||
          !own.some(
            (container) => container.service === service.name && container.owner.deployment !== makerOf(service, live),
          ),
      )
      .flatMap((service) => {
        const containers = replicasIn(world, live, service);
        return replicaNumbers(wanted.get(service.name) ?? 1)
          .filter((number) => !runs(containers.find(({ replica }) => replica === number)))
          .map((replica) => ({
            type: "restore-service" as const,
            installation: installation.id,
            deployment: live.id,
            service: service.name,
            replica,
            isNew: replica > startedReplicas(service) && !containers.some((one) => one.replica === replica),
          }));
      })
  );
}

/**
 * Whether a running deployment stops this service of the live version on its way, because it is stateful, or its data is
 * carried over or replaced.
 */
export function isReplacedBy(
  service: ServiceSpec,
  { spec, dataBefore }: Pick<Deploying, "spec" | "dataBefore">,
): boolean {
  const next = servicesOf(spec).find(({ name }) => name === service.name);
  return isStateful(service) || dataBefore !== null || (next !== undefined && carriedVolumes(next).length > 0);
}

function runs(container: ContainerState | undefined): boolean {
  return container !== undefined && !["created", "exited", "dead"].includes(container.status);
}
