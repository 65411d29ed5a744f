import type { ServiceSpec } from "../../model/deployment/spec.ts";
import { isStateful } from "./stateful.ts";

type Service = Pick<ServiceSpec, "kind" | "stateful" | "started">;

/** Three versions of it share the network, while the next one starts and the last one drains. */
export const mostAlone = 8;

/**
 * Whether a version is one service that no data outlives. It has nobody to talk to, so all such versions of an
 * installation share one network: making one takes the daemon as long as a third of a container's start.
 */
export function runsAlone(services: readonly Service[]): boolean {
  const [only, ...others] = services;
  return (
    only !== undefined &&
    others.length === 0 &&
    only.kind !== "init" &&
    !isStateful(only) &&
    (only.started ?? 1) <= mostAlone
  );
}

/** Ends the name of the network in which services run alone. Names of an installation's other networks end in a digit. */
export const soloSuffix = "-solo";

export function isSoloNetwork(name: string): boolean {
  return name.endsWith(soloSuffix);
}
