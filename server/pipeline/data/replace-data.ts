import type { Backup, RestoreTarget } from "../../model/backup.ts";
import type { DeploymentSpec } from "../../model/deployment/spec.ts";
import type { Installation } from "../../model/product.ts";
import type { DataSubject, RestoreOrder } from "../../ports/backup/backup-tools.ts";
import { EngineUnavailable } from "../../ports/engine/engine.ts";
import { mountersOf } from "../../rules/backup/data-then.ts";
import type { LiveSpec } from "../../rules/rollout/stateful.ts";
import type { PipelineContext } from "../context/context.ts";
import { type FoundSubject, subjectIn } from "./data-subject.ts";

/** How long a database that was just started may take until it can be asked. */
const readyLimitMs = 60_000;
const lookEveryMs = 500;

type ReplaceContext = Pick<PipelineContext, "instance" | "engine" | "store" | "clock" | "backupTools"> & {
  readonly signal: AbortSignal;
};

/**
 * Replaces a service's data by what a backup holds. Expects that nothing writes to it any more. It can be repeated after
 * it was broken off. Resolves with the names of what was filled.
 */
export async function replaceData(
  context: ReplaceContext,
  installation: Installation,
  version: LiveSpec,
  backup: Backup,
): Promise<readonly string[]> {
  const { store, backupTools, signal } = context;
  const found = await subjectIn(context, installation, version, backup.service, signal, { mayRest: true });
  requireFit(found, backup);
  if (backup.method === "volume") await emptyVolumes(context, version.spec, found);
  else await untilReadable(context, found.subject);
  return backupTools.restore(found.subject, await restoreOrder({ store }, backup, "same"), signal);
}

export function requireFit({ source, subject }: FoundSubject, backup: Pick<Backup, "service" | "method">): void {
  if (subject.method === backup.method) return;
  throw new Error(`${backup.service} is ${source.what} now, which this backup is not of`);
}

export async function restoreOrder(
  { store }: Pick<PipelineContext, "store">,
  backup: Backup,
  into: RestoreTarget,
): Promise<RestoreOrder> {
  const key = backup.isEncrypted ? await store.backups.key() : null;
  const { folder, files } = backup;
  const from = await store.backups.openPlace();
  return { from, folder, files, into, identity: key?.identity ?? null, suffix: suffixOf(backup) };
}

/** The time of the backup, as the end of a name. */
function suffixOf({ createdAt }: Backup): string {
  const [day = "", time = ""] = createdAt.toISOString().split("T");
  return `${day.replaceAll("-", "")}_${time.slice(0, 8).replaceAll(":", "")}`;
}

/** Volumes are filled while no container has them: the reconciler makes those of the live version again afterwards. */
export async function emptyVolumes(
  { engine, signal }: Pick<ReplaceContext, "engine" | "signal">,
  spec: Pick<DeploymentSpec, "stacks">,
  { source, subject }: FoundSubject,
): Promise<void> {
  const { owner, volumes } = subject;
  const mounters = mountersOf(spec, source);
  for (const { id, service, status, stopGraceMs } of await engine.listContainers(
    { installation: owner.installation },
    signal,
  )) {
    if (!mounters.includes(service)) continue;
    if (status === "running" || status === "restarting") await engine.stopContainer(id, stopGraceMs, signal);
    await engine.removeContainer(id, signal);
  }
  for (const { name } of volumes) {
    await engine.removeVolume(name, signal);
    await engine.createVolume({ name, owner, filledBy: null }, signal);
  }
}

async function untilReadable(
  { backupTools, clock, signal }: Pick<ReplaceContext, "backupTools" | "clock" | "signal">,
  subject: DataSubject,
): Promise<void> {
  const deadlineMs = clock.monotonicMs() + readyLimitMs;
  for (;;) {
    try {
      await backupTools.measure(subject, signal);
      return;
    } catch (error) {
      if (signal.aborted || error instanceof EngineUnavailable || clock.monotonicMs() > deadlineMs) throw error;
      await clock.sleep(lookEveryMs, signal);
    }
  }
}
