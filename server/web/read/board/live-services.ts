import { specOf } from "../../../model/deployment/deployment.ts";
import { type ServiceSpec, servicesOf } from "../../../model/deployment/spec.ts";
import type { DeploymentId } from "../../../model/names/ids.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";

/** What a version's services are called and how to find their containers. */
export type LiveService = Pick<ServiceSpec, "name" | "kind" | "keptFrom">;

/** Deployments carry a whole spec each, so that not too many are in memory at once. */
const readAtOnce = 200;

/**
 * Remembers the services of live versions. What a version consists of is fixed before it goes live, so each is read
 * once; opening a thousand sealed specs takes a tenth of a second.
 */
export function createLiveServices({ deployments }: Pick<ReadStore, "deployments">) {
  let known: ReadonlyMap<DeploymentId, readonly LiveService[]> = new Map();

  /** The services of these versions. Others are forgotten. */
  return async (live: readonly DeploymentId[]): Promise<ReadonlyMap<DeploymentId, readonly LiveService[]>> => {
    const missing = live.filter((id) => !known.has(id));
    if (missing.length === 0 && live.length === known.size) return known;
    const found = new Map<DeploymentId, readonly LiveService[]>();
    for (let first = 0; first < missing.length; first += readAtOnce) {
      for (const deployment of await deployments.getAll(missing.slice(first, first + readAtOnce))) {
        const spec = specOf(deployment);
        found.set(deployment.id, spec ? servicesOf(spec).map(essentials) : []);
      }
    }
    known = new Map(live.map((id) => [id, known.get(id) ?? found.get(id) ?? []]));
    return known;
  };
}

const essentials = ({ name, kind, keptFrom }: ServiceSpec): LiveService => ({ name, kind, keptFrom });
