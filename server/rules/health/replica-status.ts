import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { Installation } from "../../model/product.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { replicaName } from "../rollout/replicas.ts";
import { type ServiceStatus, serviceStatus } from "./service-status.ts";
import { type ServiceTrouble, serviceTrouble } from "./service-trouble.ts";

type Service = Pick<ServiceSpec, "name" | "kind">;

/** One replica of a service of a live version. */
export interface Instance {
  /** Null while it has no container. */
  readonly container: ContainerState | null;
  /** From 1. */
  readonly replica: number;
  readonly status: ServiceStatus;
}

/**
 * The replicas of a service: as many as should run, and those that are still to be removed. One that is not there yet is
 * `starting`, if others are.
 */
export function instancesOf(
  service: Service,
  containers: readonly ContainerState[],
  wanted: number,
  about: { readonly installation: Pick<Installation, "stopped">; readonly now: Date },
): readonly Instance[] {
  const highest = Math.max(wanted, ...containers.map(({ replica }) => replica));
  return Array.from({ length: highest }, (_, index) => index + 1).flatMap((replica): readonly Instance[] => {
    const container = containers.find((one) => one.replica === replica) ?? null;
    if (container === null && replica > wanted) return [];
    const isYetToCome = container === null && containers.length > 0 && !about.installation.stopped;
    const status = isYetToCome ? "starting" : serviceStatus(service, container, about.installation, about.now);
    return [{ container, replica, status }];
  });
}

/**
 * The status of a service as a whole: it is `running` also while further replicas start, and `unhealthy` when some run
 * and others have failed.
 */
export function statusOfAll(instances: readonly Pick<Instance, "status">[]): ServiceStatus {
  const statuses = instances.map(({ status }) => status);
  const [first = "crashed"] = statuses;
  if (statuses.every((status) => status === first) || !statuses.includes("running")) return first;
  return statuses.some((status) => status === "crashed" || status === "unhealthy") ? "unhealthy" : "running";
}

/** What is wrong with the replicas of a service, in the order of their numbers. */
export function troublesOf(service: Service, instances: readonly Instance[], now: Date): readonly ServiceTrouble[] {
  return instances
    .filter(({ container, status }) => container !== null || status !== "starting")
    .flatMap(({ container, replica }) => {
      const name = replicaName(service.name, replica, instances.length);
      const trouble = serviceTrouble({ ...service, name }, container, now);
      return trouble ? [{ ...trouble, service: service.name }] : [];
    });
}
