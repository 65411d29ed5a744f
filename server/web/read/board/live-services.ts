import type { ServiceOutline } from "../../../model/deployment/spec.ts";
import type { DeploymentId } from "../../../model/names/ids.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";

/** Remembers the services of live versions. What a version consists of is fixed before it goes live. */
export function createLiveServices({ deployments }: Pick<ReadStore, "deployments">) {
  let known: ReadonlyMap<DeploymentId, readonly ServiceOutline[]> = new Map();

  let of: readonly DeploymentId[] = [];

  /** The services of these versions. Others are forgotten. */
  return async (live: readonly DeploymentId[]): Promise<ReadonlyMap<DeploymentId, readonly ServiceOutline[]>> => {
    if (live === of) return known;
    const missing = live.filter((id) => !known.has(id));
    if (missing.length === 0 && live.length === known.size) {
      of = live;
      return known;
    }
    const found = await deployments.outlines(missing);
    const servicesOf = (id: DeploymentId) => (found.get(id) ?? []).flatMap(({ services }) => services);
    known = new Map(live.map((id) => [id, known.get(id) ?? servicesOf(id)]));
    of = live;
    return known;
  };
}
