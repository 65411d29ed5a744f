import { specOf } from "../../model/deployment/deployment.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import { mostReplicas, type Scaling, whyNotSticky, whyOnce } from "../../model/scaling.ts";
import { fittingReplicas, roomFor } from "../../rules/rollout/replicas.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/**
 * Sets how often a service runs, and whether visitors stay with one replica. Omitted ones stay, and null leaves it to
 * the repository. A live version follows at once, without a deployment. `replicas` is a whole number from 1 to
 * `mostReplicas`.
 */
export async function scaleService(
  { store, wakeReconciler }: Uses<"store" | "wakeReconciler">,
  id: InstallationId,
  service: string,
  changes: Partial<Scaling>,
): Promise<{ readonly type: "scaled" } | Refused> {
  const refusal = await refusedScaling({ store }, id, service, changes);
  if (refusal) return refusal;
  await store.installations.setScaling(id, service, changes);
  wakeReconciler();
  return { type: "scaled" };
}

async function refusedScaling(
  { store }: Uses<"store">,
  id: InstallationId,
  name: string,
  { replicas = null, sticky = null }: Partial<Scaling>,
): Promise<Refused | null> {
  if (replicas !== null && !(Number.isInteger(replicas) && replicas >= 1 && replicas <= mostReplicas)) {
    return refused("invalid", `a service can run 1 to ${mostReplicas} times`);
  }
  const installation = await store.installations.get(id);
  if (!installation) return refused("not_found", `there is no product deployment ${id}`);
  const { liveDeploymentId } = installation;
  const live = liveDeploymentId === null ? null : await store.deployments.get(liveDeploymentId);
  const spec = live && specOf(live);
  // The next version decides what it can do.
  if (!spec) return null;
  const services = servicesOf(spec);
  const service = services.find((one) => one.name === name);
  if (!service) {
    const names = services.map((one) => one.name).join(", ");
    return refused("invalid", `the live version has no service "${name}": its services are ${names}`);
  }
  const once = replicas !== null && replicas > 1 ? whyOnce(service) : null;
  if (once !== null) return refused("conflict", `${name} cannot run more than once: it ${once}`);
  const unbound = sticky ? whyNotSticky(service) : null;
  if (unbound !== null) return refused("conflict", `${name} cannot have sticky sessions: it ${unbound}`);
  if (replicas === null) return null;
  const scalings = new Map(await store.installations.scalings(id)).set(name, { replicas, sticky });
  if ((fittingReplicas(services, scalings).get(name) ?? 1) >= replicas) return null;
  const room = `its network has room for ${roomFor(services)} containers`;
  return refused("conflict", `${name} cannot run ${replicas} times before the next deployment: ${room}`);
}
