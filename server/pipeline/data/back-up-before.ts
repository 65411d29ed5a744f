import { type Backup, usualPlan } from "../../model/backup.ts";
import { specOf } from "../../model/deployment/deployment.ts";
import { type DeploymentSpec, servicesOf } from "../../model/deployment/spec.ts";
import { whyNotBefore } from "../../rules/backup/before-migration.ts";
import { type DataSource, dataSources } from "../../rules/backup/data-sources.ts";
import type { LiveSpec } from "../../rules/rollout/stateful.ts";
import type { DeploymentContext } from "../context/context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import { removeExpired } from "./make-backup.ts";
import { backUpFor, dropBroken, isInterrupted, sayWhy, takeTurn } from "./own-backup.ts";

/** Enough to find the last complete one. */
const lookedAt = 20;

/**
 * Backs up the data that this deployment's init services are about to change, as the product's setting says: the live
 * version's, or, when none is live, what the new version's databases have found in their volumes. What an earlier
 * attempt has backed up counts. Rejects with DeploymentFailed when a backup fails.
 */
export async function backUpBefore(
  context: DeploymentContext,
  spec: DeploymentSpec,
  live: LiveSpec | null,
): Promise<void> {
  const { store, deployment, installation, journal, signal, failpoint } = context;
  if (await hasBegun(context, spec)) return;
  const version = live ?? { id: deployment.id, spec };
  const sources = await worthKeeping(context, version.spec, live);
  if (sources.length === 0) return;
  const { beforeMigration } = (await store.backups.plan(installation.id)) ?? usualPlan;
  const made: Backup[] = [];
  const skipped: { readonly service: string; readonly why: string }[] = [];
  using _turn = await takeTurn(context);
  const done = await dropBroken(context);
  for (const source of sources) {
    const { service } = source;
    const already = done.find((backup) => backup.service === service);
    const why = already ? null : whyNotBefore(source, beforeMigration, await lastOf(context, service));
    if (why !== null) skipped.push({ service, why });
    else made.push(already ?? (await backUp(context, version, service)));
  }
  const sum = (of: (backup: Backup) => number) => made.reduce((total, backup) => total + of(backup), 0);
  journal.event({
    type: "data-backup",
    made: made.length > 0 ? { services: namesOf(made), bytes: sum((one) => one.readBytes), tookMs: sum(tookMs) } : null,
    skipped,
  });
  await journal.flush(signal);
  await failpoint("backed-up");
  for (const backup of made) {
    const onFailed = (error: unknown) => journal.warn(`An old backup could not be removed: ${sayWhy(error)}`);
    await removeExpired(context, backup, signal, onFailed);
  }
}

/** Whether no init service is to run, or one has: then there is nothing left to save. */
async function hasBegun(
  { engine, deployment, signal }: DeploymentContext,
  spec: Pick<DeploymentSpec, "stacks">,
): Promise<boolean> {
  const inits = servicesOf(spec).filter(({ kind, keptFrom }) => kind === "init" && keptFrom === null);
  if (inits.length === 0) return true;
  const made = await engine.listContainers({ deployment: deployment.id }, signal);
  return made.some(({ service, startedAt }) => startedAt !== null && inits.some(({ name }) => name === service));
}

/** The data that was there before this deployment. Without a live version, only running databases can be asked for it. */
async function worthKeeping(
  { store, engine, installation, deployment, signal }: DeploymentContext,
  spec: Pick<DeploymentSpec, "stacks">,
  live: LiveSpec | null,
): Promise<readonly DataSource[]> {
  if (live) return dataSources(spec);
  const [last] = await store.deployments.lastReady(installation.id, 1);
  const before = dataSources((last && specOf(last)) ?? { stacks: [] });
  const containers = await engine.listContainers({ deployment: deployment.id }, signal);
  return dataSources(spec).filter(
    ({ service, method }) =>
      method !== "volume" &&
      before.some((one) => one.service === service && one.method === method) &&
      containers.some((one) => one.service === service && one.status === "running"),
  );
}

async function lastOf({ store, installation }: DeploymentContext, service: string): Promise<Backup | null> {
  const backups = await store.backups.list({ installation: installation.id, service, limit: lookedAt });
  return backups.find(({ status }) => status === "done") ?? null;
}

async function backUp(context: DeploymentContext, version: LiveSpec, service: string): Promise<Backup> {
  try {
    return await backUpFor(context, version, service, "before-migration");
  } catch (error) {
    if (isInterrupted(context, error)) throw error;
    throw new DeploymentFailed(
      {
        ...{ stage: "init", service },
        message: `the data of ${service} could not be backed up before the migration: ${sayWhy(error)}`,
        hint: "Nothing was changed. To deploy without a backup, choose “back up nothing” before a migration on the product's Backups tab.",
      },
      { cause: error },
    );
  }
}

const namesOf = (backups: readonly Backup[]) => backups.map(({ service }) => service);

function tookMs({ startedAt, finishedAt }: Backup): number {
  return startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : 0;
}
