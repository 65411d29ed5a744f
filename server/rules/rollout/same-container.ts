import type { DeploymentSpec, Mount, ServiceSpec } from "../../model/deployment/spec.ts";
import { canonical } from "./canonical.ts";

type Variables = DeploymentSpec["variables"];

/**
 * Says in words ("its image", "its environment") which changes of a service need a new container. Empty means that the
 * running container can stay. What only Baton reads (health probes, kinds, domains) needs no new container.
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

/** A mount without its history: where a volume came from does not change the container. */
export function placeOf(mount: Mount): Mount {
  if (mount.type !== "volume") return mount;
  const { origin: _, carried: __, ...place } = mount;
  return place;
}
