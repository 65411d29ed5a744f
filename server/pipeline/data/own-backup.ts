import { type Backup, type BackupReason, usualPlan } from "../../model/backup.ts";
import { secretVariablesOf } from "../../model/deployment/spec.ts";
import { EngineUnavailable } from "../../ports/engine/engine.ts";
import { StoreUnavailable } from "../../ports/store/store.ts";
import { backupFolder } from "../../rules/backup/backup-folder.ts";
import type { LiveSpec } from "../../rules/rollout/stateful.ts";
import { sizeText } from "../../rules/wording/size-text.ts";
import type { DeploymentContext } from "../context/context.ts";
import { Suspended } from "../deployment-failed.ts";
import { subjectIn } from "./data-subject.ts";
import { makeBackup } from "./make-backup.ts";

const sayEveryMs = 10_000;

/** Waits until nobody else reads or replaces this product's data. */
export async function takeTurn({ dataTurns, installation, journal, signal }: DeploymentContext): Promise<Disposable> {
  if (dataTurns.isTaken(installation.id)) journal.note("Waiting for a backup or a restore of this product to end");
  return dataTurns.take(installation.id, signal);
}

/**
 * Removes what an earlier attempt of this deployment left of a backup when its server was killed, and lets containers go
 * on that it had frozen. Resolves with the backups that it completed.
 */
export async function dropBroken(context: DeploymentContext): Promise<readonly Backup[]> {
  const { store, engine, backupTools, deployment, installation, signal } = context;
  const made = await store.backups.list({ madeFor: deployment.id });
  const broken = made.filter(({ status }) => status === "running");
  if (broken.length > 0) {
    const containers = await engine.listContainers({ installation: installation.id }, signal);
    const frozen = containers.filter(({ status }) => status === "paused").map(({ id }) => id);
    await backupTools.resume(frozen, signal);
    for (const backup of broken) await drop(context, backup);
  }
  return made.filter(({ status, removedAt }) => status === "done" && removedAt === null);
}

/**
 * Backs up a service's data for this deployment. A backup that was cancelled, or that Docker's absence broke off, leaves
 * nothing; one that failed stays in the history.
 */
export async function backUpFor(
  context: DeploymentContext,
  version: Pick<LiveSpec, "id" | "spec">,
  service: string,
  reason: BackupReason,
): Promise<Backup> {
  const { store, engine, clock, journal, deployment, installation, signal } = context;
  // The tools of the version that has the data may quote its secrets, which need not be the new one's.
  journal.hide(secretVariablesOf(version.spec));
  const { subject } = await subjectIn(context, installation, version, service, signal);
  const { isEncrypted } = (await store.backups.plan(installation.id)) ?? usualPlan;
  const at = clock.now();
  const backup = await store.backups.request(
    {
      ...{ installation: installation.id, service, method: subject.method, reason, isEncrypted },
      ...{ deployment: version.id, madeFor: deployment.id, requestedBy: deployment.by },
      folder: backupFolder(context, service, at, reason),
    },
    at,
  );
  journal.note(`Backing up the data of ${service}`);
  let saidMs = clock.monotonicMs();
  const onProgress = (readBytes: number) => {
    if (clock.monotonicMs() - saidMs < sayEveryMs) return;
    saidMs = clock.monotonicMs();
    journal.note(`Backing up the data of ${service}: ${sizeText(readBytes)} so far`);
  };
  try {
    return await makeBackup(context, backup, subject, signal, onProgress);
  } catch (error) {
    // The next attempt removes what is left.
    if (isInterrupted(context, error)) throw await dropped(context, backup, error);
    try {
      await engine.info(signal);
    } catch (away) {
      if (isInterrupted(context, away)) throw await dropped(context, backup, away);
    }
    await store.backups.finish(backup.id, { type: "failed", failure: journal.redact(sayWhy(error)) }, clock.now());
    throw error;
  }
}

/** Whether it says nothing about the data: somebody cancelled, or a neighbour is away. */
export function isInterrupted({ signal }: Pick<DeploymentContext, "signal">, error: unknown): boolean {
  return signal.aborted || error instanceof EngineUnavailable || error instanceof StoreUnavailable;
}

async function dropped(context: DeploymentContext, backup: Backup, error: unknown): Promise<unknown> {
  if (context.signal.reason instanceof Suspended || error instanceof StoreUnavailable) return error;
  await drop(context, backup);
  return error;
}

/** A place that cannot be reached keeps what it has. */
async function drop({ store, backupTools }: DeploymentContext, { id, folder }: Backup): Promise<void> {
  await backupTools.removeUnfinished(await store.backups.openPlace(), folder).catch(() => {});
  await store.backups.forget(id);
}

/** The last line of what went wrong, without a full stop. */
export function sayWhy(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n").at(-1)?.replace(/\.$/, "") || "it does not say why";
}
