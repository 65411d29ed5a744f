import { type DeploymentSpec, type ServiceSpec, servicesOf } from "../model/spec.ts";

export interface Interruption {
  readonly service: string;
  /** The rest of a sentence about it: "keeps its data in the volume db". */
  readonly why: string;
}

/**
 * The services that cannot run twice and are not kept as they are: between the stop of the old container and the check of the
 * new one they don't answer. `fresh`: everything is made anew, as by a product redeploy.
 */
export function interruptions(
  running: DeploymentSpec | null,
  next: DeploymentSpec,
  fresh: boolean,
): readonly Interruption[] {
  const before = new Map(running ? servicesOf(running).map((service) => [service.name, service] as const) : []);
  return servicesOf(next).flatMap((service): readonly Interruption[] => {
    const old = before.get(service.name);
    if (service.stateful === null || !old) return [];
    return fresh || !isSame(old, service) ? [{ service: service.name, why: service.stateful }] : [];
  });
}

/** Everything that its container is made of. */
function isSame(a: ServiceSpec, b: ServiceSpec): boolean {
  const made = ({ keptFrom: _, kindReason: __, domains: ___, ...rest }: ServiceSpec) => JSON.stringify(rest);
  return made(a) === made(b);
}
