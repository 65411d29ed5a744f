import { servicesOf } from "../../model/deployment/spec.ts";
import { stoppedMeanwhile } from "../../rules/backup/data-then.ts";
import { replicasOf } from "../../rules/rollout/container-of.ts";
import type { LiveSpec } from "../../rules/rollout/stateful.ts";
import type { DeploymentContext } from "../context/context.ts";
import { drain } from "../drain.ts";

/**
 * Stops everything of the live version that may write to its data, and keeps it for a rollback. Requests wait from here
 * on; open ones are finished first. It is idempotent.
 */
export async function stopLive(context: DeploymentContext, live: LiveSpec): Promise<void> {
  const { engine, proxy, limits, journal, installation, signal } = context;
  const names = stoppedMeanwhile(live.spec);
  const containers = await engine.listContainers({ installation: installation.id }, signal);
  const stopped = servicesOf(live.spec).flatMap((service) => {
    if (!names.includes(service.name)) return [];
    return replicasOf(live.id, service, containers).map((container) => ({ service, container }));
  });
  const served = stopped.filter(({ container }) => container.kind === "web" && container.hostAddress !== null);
  if (served.length > 0 && (await proxy.current(installation.id)) === live.id) {
    await proxy.hold(
      installation.id,
      live.id,
      served.map(({ service }) => service.name),
    );
    await drain(context, {
      addresses: served.flatMap(({ container }) => container.hostAddress ?? []),
      limitMs: limits.drainTimeoutMs,
      onRemaining: async (remaining) => journal.event({ type: "drain", remaining }),
    });
  }
  await Promise.all(
    stopped.map(async ({ service, container }) => {
      if (container.status !== "running" && container.status !== "restarting") return;
      journal.note(`Stopping ${service.name} while the data is replaced`);
      await engine.stopContainer(container.id, service.stopGraceMs, signal);
    }),
  );
}
