import type { Backup, DataFacts, Drill } from "../../model/backup.ts";
import { drillFault, drillOrder, isNight, mayDrill } from "../../rules/backup/drill.ts";
import { fullDisk, fullDiskText } from "../../rules/health/free-space.ts";
import { redactError } from "../../rules/wording/redact-error.ts";
import { type BackupContext, whyFailed } from "./backup-context.ts";
import {
  createDrillContainer,
  type DrillSubject,
  findDrillSubject,
  removeDrills,
  startServer,
} from "./drill-container.ts";
import { redactFor } from "./redact-for.ts";

const drillLimitMs = 2 * 3_600_000;
const removeLimitMs = 60_000;
/** Enough for the newest of every service of a large server. */
const lookedAt = 2_000;
/** A database is larger than its dump: it has indexes, and writes everything a second time into its log. */
const sizeFactor = 3;

/** Asks for this night's drill, when it is time for one. */
export async function requestDueDrill(context: BackupContext): Promise<void> {
  const { store, clock } = context;
  const now = clock.now();
  const drills = await store.backups.drills({ limit: lookedAt });
  if (!mayDrill(drills, now)) return;
  const backups = await store.backups.list({ kept: true, limit: lookedAt });
  for (const { id, installationId, service, method } of drillOrder(backups, drills)) {
    if (!(await findDrillSubject(context, { installationId, service, method }))) continue;
    const { timezone } = (await store.backups.plan(installationId)) ?? { timezone: "UTC" };
    // Whose turn it is does not depend on whose night comes first, or zones in the west would never have theirs.
    if (!isNight(timezone, now)) return;
    await store.backups.requestDrill({ backup: id, installation: installationId, service, requestedBy: null }, now);
    return;
  }
}

/** Carries out a drill that has been taken from the queue. `urgent` ends it: something waits that cannot. */
export async function runDrill(keeper: BackupContext, drill: Drill, urgent: AbortSignal): Promise<void> {
  const { store, clock, log } = keeper;
  const signal = AbortSignal.any([keeper.signal, urgent, clock.timeout(drillLimitMs)]);
  const context = { ...keeper, signal };
  let found: DrillSubject | null = null;
  try {
    const backup = await store.backups.get(drill.backupId);
    if (backup?.status !== "done" || backup.removedAt !== null) throw new Error("The files of the backup are gone");
    found = await findDrillSubject(context, backup);
    if (!found) throw new Error(`The live version has no ${backup.service} that this backup fits`);
    const { facts, isHealthy } = await restoreAside(context, backup, found);
    await store.backups.finishDrill(drill.id, { type: "done", facts, isHealthy }, clock.now());
    log.info({ drill: drill.id, backup: backup.id, facts, isHealthy }, "tried to restore a backup: it can be");
  } catch (error) {
    // What is not finished when the server stops is marked by the next one.
    if (keeper.signal.aborted) throw error;
    const isMoot = urgent.aborted || (found !== null && (await wasReplaced(keeper, found)));
    // A database that did not start may have printed its passwords.
    const redact = await redactFor(keeper, drill.installationId);
    const failure = signal.aborted && !isMoot ? "It took longer than two hours" : redact(whyFailed(error));
    await store.backups.finishDrill(drill.id, isMoot ? { type: "stopped" } : { type: "failed", failure }, clock.now());
    log.warn({ err: redactError(error, redact), drill: drill.id, isMoot }, "a restore drill did not succeed");
  }
}

async function restoreAside(
  context: BackupContext,
  backup: Backup,
  found: DrillSubject,
): Promise<{ readonly facts: DataFacts | null; readonly isHealthy: boolean }> {
  const { store, clock, log, signal, backupTools } = context;
  await removeDrills(context, signal);
  await requireRoom(context, backup);
  try {
    const subject = await createDrillContainer(context, found);
    const isVolume = backup.method === "volume";
    if (!isVolume) await startServer(context, subject);
    const key = backup.isEncrypted ? await store.backups.key() : null;
    const order = {
      ...{ from: await store.backups.openPlace(), folder: backup.folder, files: backup.files },
      ...({ identity: key?.identity ?? null, into: "same", suffix: "drill" } as const),
    };
    await backupTools.restore(subject, order, signal);
    const facts = await (isVolume ? backupTools.survey(subject, signal) : backupTools.measure(subject, signal));
    const fault = drillFault(backup.facts, facts);
    if (fault !== null) throw new Error(fault);
    // The container of a service with volumes is not started.
    return { facts, isHealthy: !isVolume && (await backupTools.checkHealth(subject, signal)) };
  } finally {
    // What cannot be removed now is removed before the next drill.
    await removeDrills(context, clock.timeout(removeLimitMs)).catch((error: unknown) => {
      log.warn({ err: error }, "what a restore drill made could not be removed; it will be retried");
    });
  }
}

async function requireRoom({ engine, machine, limits, signal }: BackupContext, backup: Backup): Promise<void> {
  const { dataFolder } = await engine.machine(signal);
  const disk = dataFolder ? await machine.diskOf(dataFolder) : null;
  const leastBytes = backup.readBytes * sizeFactor + (limits.minFreeBytes ?? 0);
  const full = disk && fullDisk([disk], leastBytes);
  if (full) throw new Error(`The restore was not tried: ${fullDiskText(full, "it", leastBytes)}`);
}

/** A deployment removes the containers of the version that it replaces, this one's among them. */
async function wasReplaced({ store }: BackupContext, { owner, live }: DrillSubject): Promise<boolean> {
  return (await store.installations.get(owner.installation))?.liveDeploymentId !== live.id;
}
