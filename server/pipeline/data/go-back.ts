import type { Backup } from "../../model/backup.ts";
import { secretVariablesOf } from "../../model/deployment/spec.ts";
import { dataThen, nextDataStep } from "../../rules/backup/data-then.ts";
import { containerOf } from "../../rules/rollout/container-of.ts";
import type { LiveSpec } from "../../rules/rollout/stateful.ts";
import { durationText } from "../../rules/wording/duration-text.ts";
import { stopLive } from "../containers/stop-live.ts";
import type { DeploymentContext } from "../context/context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import { letRequestsWait } from "../routing/hosts.ts";
import { withDocker } from "../with-docker.ts";
import { backUpFor, dropBroken, isInterrupted, sayWhy, takeTurn } from "./own-backup.ts";
import { replaceData } from "./replace-data.ts";

/** A large database takes its time, and without its data the version before cannot go on. */
const undoLimitMs = 2 * 3_600_000;
const undone = "The deployment did not go live, so what was there before was put back";

/**
 * For a deployment that goes back with the data: backs up what it is about to replace, while the live version serves.
 * Rejects with DeploymentFailed when that fails, before anything is touched.
 */
export async function saveDataOfNow(context: DeploymentContext, live: LiveSpec | null): Promise<void> {
  const backups = await backupsThen(context, live);
  if (backups.length === 0 || !live) return;
  using _turn = await takeTurn(context);
  const made = await dropBroken(context);
  const restores = await context.store.backups.restores({ deployment: context.deployment.id });
  for (const then of backups) {
    if (nextDataStep(then, made, restores).type === "save") await save(context, live, then.service);
  }
  await context.failpoint("data-saved");
}

async function save(context: DeploymentContext, live: LiveSpec, service: string): Promise<void> {
  try {
    await backUpFor(context, live, service, "before-restore");
  } catch (error) {
    if (isInterrupted(context, error)) throw error;
    throw new DeploymentFailed(
      {
        ...{ stage: "start", service },
        message: `the data that ${service} has now could not be backed up: ${sayWhy(error)}`,
        hint: "Nothing was changed. Going back without the data needs no backup.",
      },
      { cause: error },
    );
  }
}

/**
 * Lets requests wait, stops whatever may write to the data, and replaces the data by the backups that this deployment
 * goes back to. Each service is done once, whatever attempt does it. Rejects with DeploymentFailed when one cannot be
 * restored; undoing the deployment puts back what was there.
 */
export async function putDataBack(context: DeploymentContext, live: LiveSpec | null): Promise<void> {
  const { deployment, journal, failpoint } = context;
  const backups = await backupsThen(context, live);
  if (backups.length === 0 || !live) return;
  journal.hide(secretVariablesOf(live.spec));
  using _turn = await takeTurn(context);
  const isChecked = deployment.status === "deploying" && deployment.step !== "start";
  if (!isChecked) {
    journal.stage("start", "Replacing the data; requests wait meanwhile");
    await letRequestsWait(context);
    await stopLive(context, live);
    await failpoint("live-stopped");
  }
  for (const then of backups) await putBack(context, live, then);
}

async function putBack(context: DeploymentContext, live: LiveSpec, then: Backup): Promise<void> {
  const { store, clock, installation, deployment, journal, failpoint } = context;
  const rows = await store.backups.restores({ deployment: deployment.id });
  const step = nextDataStep(then, await store.backups.list({ madeFor: deployment.id }).then(complete), rows);
  if (step.type === "nothing") return;
  if (step.type === "save") throw new Error(`there is no backup of what ${then.service} has now`);
  const running = rows.find(({ backupId, status }) => backupId === then.id && status === "running");
  const request = {
    backup: then.id,
    installation: installation.id,
    into: "same",
    requestedBy: deployment.by ?? "Baton",
  } as const;
  const by = { deployment: deployment.id, safety: step.safety.id };
  const restore = running ?? (await store.backups.requestRestore({ ...request, by }, clock.now()));
  if (!restore) throw cannotRestore(then.service, "another restore of this product is not finished");
  const began = clock.monotonicMs();
  try {
    const restored = await replaceData(context, installation, live, then);
    await store.backups.finishRestore(restore.id, { restored }, clock.now());
  } catch (error) {
    if (isInterrupted(context, error)) throw error;
    await context.engine.info(context.signal);
    throw cannotRestore(then.service, sayWhy(error), error);
  }
  const at = then.createdAt.toISOString().slice(0, 16).replace("T", " ");
  journal.note(`Restored the data of ${then.service} of ${at} UTC in ${durationText(clock.monotonicMs() - began)}`);
  await failpoint("data-restored");
}

function cannotRestore(service: string, why: string, cause?: unknown): DeploymentFailed {
  const message = `the data of ${service} could not be restored: ${why}`;
  return new DeploymentFailed({ stage: "start", service, message }, { cause });
}

/** The backups that this deployment goes back to. They were there when it was asked for, and nobody removes them. */
async function backupsThen(context: DeploymentContext, live: LiveSpec | null): Promise<readonly Backup[]> {
  const { store, deployment } = context;
  const { dataBefore } = deployment;
  if (dataBefore === null) return [];
  const change = await store.deployments.get(dataBefore);
  const made = await store.backups.list({ madeFor: dataBefore });
  const then = change && live ? dataThen(change, made, live.spec) : "nothing is live any more";
  if (typeof then !== "string") return then.backups;
  const message = `the data cannot be brought back: ${then}`;
  throw new DeploymentFailed({
    stage: "start",
    message,
    hint: "Nothing was changed. Redeploy the version without its data.",
  });
}

/**
 * Puts back what was there before a deployment replaced it, newest first, before the version before goes on. Resolves
 * with what became of it, as sentences; null when nothing had been replaced.
 */
export async function undoDataChange(cleaning: DeploymentContext, live: LiveSpec): Promise<string | null> {
  const { store, clock, deployment, installation, journal } = cleaning;
  const context = { ...cleaning, signal: clock.timeout(undoLimitMs) };
  const restores = await store.backups.restores({ deployment: deployment.id });
  const changed = restores.filter(({ status }) => status === "running" || status === "done");
  if (changed.length === 0) return null;
  journal.hide(secretVariablesOf(live.spec));
  using _turn = await takeTurn(context);
  const lost: string[] = [];
  for (const { id, safetyBackupId, restored } of changed) {
    const safety = safetyBackupId === null ? null : await store.backups.get(safetyBackupId);
    if (!safety) continue;
    const { service } = safety;
    try {
      await withDocker(context, async () => {
        await startData(context, live, service);
        await replaceData(context, installation, live, safety);
      });
      await store.backups.undone(id, undone, clock.now());
      journal.note(`Put back what ${service} had before`);
    } catch (error) {
      const why = `What ${service} had before could not be put back: ${sayWhy(error)}. Restore it from the Backups tab`;
      journal.warn(why);
      lost.push(why);
      await store.backups.finishRestore(id, { restored }, clock.now());
    }
  }
  return lost.length === 0 ? "The data is what it was before." : `${lost.join(". ")}.`;
}

/** A database is filled while it runs. The new version may have stopped it. */
async function startData(context: DeploymentContext, live: LiveSpec, service: string): Promise<void> {
  const { engine, installation, signal } = context;
  const spec = live.spec.stacks.flatMap(({ services }) => services).find(({ name }) => name === service);
  const containers = await engine.listContainers({ installation: installation.id }, signal);
  const own = spec && containerOf(live.id, spec, containers);
  if (own && own.status !== "running") await engine.startContainer(own.id, signal);
}

const complete = (backups: readonly Backup[]) =>
  backups.filter(({ status, removedAt }) => status === "done" && removedAt === null);
