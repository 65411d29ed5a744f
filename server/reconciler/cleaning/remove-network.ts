import { specOf } from "../../model/deployment/deployment.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { Repair } from "../../rules/rollout/repair.ts";
import { isSoloNetwork, runsAlone } from "../../rules/rollout/solo.ts";
import type { ReconcilerContext } from "../context.ts";

/** Removes a network that outlived its use. */
export async function removeNetwork(
  context: ReconcilerContext,
  { installation, name, keepsLeases }: Extract<Repair, { type: "remove-network" }>,
): Promise<void> {
  const { engine, store, signal } = context;
  // Other repairs may have taken a while, and removing a network cuts off whoever is in it.
  if (isSoloNetwork(name) && (await isNeededAgain(context, installation))) return;
  await engine.removeNetwork(name, signal);
  if (!keepsLeases) await store.leases.release({ installation });
}

async function isNeededAgain({ store }: ReconcilerContext, id: InstallationId): Promise<boolean> {
  const { queued, running } = await store.deployments.queue();
  if ([...queued, ...running].some(({ installationId }) => installationId === id)) return true;
  const liveId = (await store.installations.get(id))?.liveDeploymentId ?? null;
  const live = liveId === null ? null : await store.deployments.get(liveId);
  const spec = live?.status === "ready" ? specOf(live) : null;
  return spec !== null && runsAlone(servicesOf(spec));
}
