import type { DeploymentSpec, Mount, ServiceSpec } from "../../model/deployment/spec.ts";
import { canonical } from "./canonical.ts";

type Variables = DeploymentSpec["variables"];

/**
 * What of a service has changed so that its container must be made anew, in words ("its image", "its environment");
 * empty: the container that runs is the one that would be made. What Baton reads and the container does not (health
 * probes, kinds, domains) changes nothing.
 */
export function containerChanges(
  before: ServiceSpec,
  variablesBefore: Variables,
  after: ServiceSpec,
  variablesAfter: Variables,
): readonly string[] {
  const [old, now] = [facets(before, variablesBefore), facets(after, variablesAfter)];
  return Object.keys(now).filter((name) => canonical(old[name]) !== canonical(now[name]));
}

function facets(service: ServiceSpec, variables: Variables): Readonly<Record<string, unknown>> {
  const { entrypoint, mounts, healthcheck, ...options } = service.container;
  return {
    "its image": service.image,
    "its command": [service.command, entrypoint],
    "its port": service.port,
    "its environment": { ...service.environment, ...(service.takesVariables ? variables : {}) },
    "its mounts": mounts.map((mount) =>
      mount.type === "variable" ? { ...mount, content: variables[mount.variable] ?? "" } : placeOf(mount),
    ),
    "its health check": healthcheck,
    "its limits": service.limits,
    "its settings": [options, service.stopGraceMs],
  };
}

/** A mount without its history: where a volume came from makes no other container. */
export function placeOf(mount: Mount): Mount {
  if (mount.type !== "volume") return mount;
  const { origin: _, carried: __, ...place } = mount;
  return place;
}
