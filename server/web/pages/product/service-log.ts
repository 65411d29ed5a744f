import type { Deployment } from "../../../model/deployment/deployment.ts";
import { specOf } from "../../../model/deployment/deployment.ts";
import { servicesOf } from "../../../model/deployment/spec.ts";
import type { ContainerId } from "../../../model/names/ids.ts";
import type { ContainerState } from "../../../ports/engine/containers.ts";
import type { Engine } from "../../../ports/engine/engine.ts";
import { replicasOf } from "../../../rules/rollout/container-of.ts";
import { replicaName } from "../../../rules/rollout/replicas.ts";
import type { Redact } from "../../../rules/wording/redact.ts";

/** A line of output from a service of an installation. */
export interface ServiceLine {
  readonly service: string;
  readonly at: Date | null;
  readonly text: string;
}

/**
 * The containers whose output makes up an installation's log: those of the live version, or else all that remain. Of
 * one service or one of its replicas, if `service` names either.
 * Grouped by service, in the spec's order.
 */
export function containersOfLog(
  containers: readonly ContainerState[],
  live: Deployment | null,
  service: string | null,
): readonly ContainerState[] {
  const spec = live && specOf(live);
  const found = spec
    ? servicesOf(spec).flatMap((service) => replicasOf(live.id, service, containers))
    : [...containers].sort((a, b) => a.service.localeCompare(b.service));
  return service === null
    ? found
    : found.filter((container) => container.service === service || nameIn(found, container) === service);
}

/** What a container is called in a log that has these: with the number of the replica if its service has several. */
export function nameIn(containers: readonly ContainerState[], { service, replica }: ContainerState): string {
  const count = containers.filter((one) => one.service === service).length;
  return replicaName(service, replica, count);
}

/** Reads the last lines of several containers as one log, in the order of their times. */
export async function readTail(
  engine: Engine,
  containers: readonly ContainerState[],
  tail: number,
  redact: Redact,
  signal: AbortSignal,
): Promise<readonly ServiceLine[]> {
  const logs = await Promise.all(
    containers.map(async (container) => {
      const service = nameIn(containers, container);
      const { id } = container;
      const lines: ServiceLine[] = [];
      for await (const { at, text } of engine.logs(id, { follow: false, tail, timestamps: true }, signal)) {
        lines.push({ service, at, text: redact(text) });
      }
      return lines;
    }),
  );
  // The sort is stable, so a container's own lines keep their order.
  return logs
    .flat()
    .sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0))
    .slice(-tail);
}

/**
 * The time of each container's last line, so that following it again, for example after its restart, skips earlier
 * lines.
 */
export type LastSeen = Map<ContainerId, Date>;

export async function* followContainer(
  engine: Engine,
  { id, service }: Pick<ContainerState, "id" | "service">,
  tail: number,
  seen: LastSeen,
  redact: Redact,
  signal: AbortSignal,
): AsyncGenerator<ServiceLine> {
  const until = seen.get(id);
  for await (const { at, text } of engine.logs(id, { follow: true, tail, timestamps: true }, signal)) {
    if (until && at && at <= until) continue;
    if (at) seen.set(id, at);
    yield { service, at, text: redact(text) };
  }
}
