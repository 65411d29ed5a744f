import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { Installation } from "../../model/product.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { crashLoopOf } from "./crash-loop.ts";

/** `exited`: an init service that ran to its end. `crashed`: it keeps restarting, or no longer exists. */
export type ServiceStatus = "starting" | "running" | "unhealthy" | "crashed" | "stopped" | "exited";
export type InstallationStatus = "empty" | "running" | "degraded" | "stopped";

/**
 * The status of a service of the live deployment, from its container; null means that there is no container. One that
 * keeps crashing is `crashed` also while it runs for a moment.
 */
export function serviceStatus(
  service: Pick<ServiceSpec, "kind">,
  container: ContainerState | null,
  installation: Pick<Installation, "stopped">,
  now: Date,
): ServiceStatus {
  if (installation.stopped) return "stopped";
  if (!container) return service.kind === "init" ? "exited" : "crashed";
  if (crashLoopOf(container, now)) return "crashed";
  switch (container.status) {
    case "running":
      if (container.healthcheck === "unhealthy") return "unhealthy";
      return container.healthcheck === "starting" ? "starting" : "running";
    case "created":
      return "starting";
    case "paused":
      return "stopped";
    case "exited":
      return service.kind === "init" && container.exitCode === 0 ? "exited" : "crashed";
    case "restarting":
    case "dead":
    case "removing":
      return "crashed";
  }
}

export function installationStatus(
  installation: Pick<Installation, "stopped" | "liveDeploymentId">,
  services: readonly ServiceStatus[],
): InstallationStatus {
  if (installation.stopped) return "stopped";
  if (installation.liveDeploymentId === null) return "empty";
  return services.every((status) => status === "running" || status === "exited") ? "running" : "degraded";
}
