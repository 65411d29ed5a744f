import { type Deployment, specOf } from "../../model/deployment/deployment.ts";
import { servicesOf } from "../../model/deployment/spec.ts";

/** An init service, such as a migration, with the numbers of the deployments that ran it. */
export interface InitRuns {
  readonly service: string;
  readonly deployments: readonly number[];
}

/** How many versions back it is worth looking for init services that have run since. */
export const maxVersionsBack = 100;

/**
 * Init services of the versions that became ready after this one, oldest first. Going back to this version brings back
 * its code, not the data it had. `ready` may be in any order.
 */
export function initRunsSince(
  { number }: Pick<Deployment, "number">,
  ready: readonly Deployment[],
): readonly InitRuns[] {
  const runs = new Map<string, number[]>();
  const since = ready.filter((one) => one.number > number).toSorted((a, b) => a.number - b.number);
  for (const later of since) {
    for (const { name, kind, keptFrom } of servicesOf(specOf(later) ?? { stacks: [] })) {
      if (kind === "init" && keptFrom === null) runs.set(name, [...(runs.get(name) ?? []), later.number]);
    }
  }
  return [...runs].map(([service, deployments]) => ({ service, deployments }));
}

export function initRunsText({ service, deployments }: InitRuns): string {
  const numbers = deployments.map((one) => `#${one}`).join(", ");
  return `${service} has run since, in ${numbers}; its changes to your data will not be undone`;
}
