import { specOf } from "../../model/deployment/deployment.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import type { ContainerId } from "../../model/names/ids.ts";
import { drain } from "../../pipeline/drain.ts";
import type { Replica } from "../../rules/rollout/repair.ts";
import { fittingReplicas, replicaName } from "../../rules/rollout/replicas.ts";
import type { ReconcilerContext } from "../context.ts";

/** The longest that it may take to stop. */
const stopGraceMs = 30_000;

/**
 * Drains a replica that gets no new requests, for at most the drain timeout, then stops and removes it; unless it is
 * wanted again by then. `leaving` holds it meanwhile.
 */
export async function removeReplica(
  context: ReconcilerContext,
  { installation, deployment, service, replica }: Replica,
  leaving: Set<ContainerId>,
): Promise<void> {
  const { engine, store, signal } = context;
  const containers = await engine.listContainers({ deployment }, signal);
  const container = containers.find((one) => one.service === service && one.replica === replica);
  if (!container) return;
  leaving.add(container.id);
  try {
    const { hostAddress, status } = container;
    if (container.kind === "web" && hostAddress !== null && status === "running") {
      const draining = { addresses: [hostAddress], limitMs: context.drainTimeoutMs, onRemaining: async () => {} };
      await drain(context, draining);
    }
    if (await isWanted()) return;
    await engine.stopContainer(container.id, Math.min(stopGraceMs, container.stopGraceMs), signal);
    await engine.removeContainer(container.id, signal);
  } finally {
    leaving.delete(container.id);
  }
  const text = `${replicaName(service, replica, replica)} was removed`;
  await store.events.append(deployment, [{ type: "note", text }]);

  async function isWanted(): Promise<boolean> {
    const live = await store.deployments.get(deployment);
    const spec = live && specOf(live);
    if (!spec) return false;
    const wanted = fittingReplicas(servicesOf(spec), await store.installations.scalings(installation));
    return replica <= (wanted.get(service) ?? 1);
  }
}
