import type {
  Commit,
  Deploying,
  Deployment,
  DeploymentStatus,
  Queued,
  Running,
  Stopped,
} from "../../model/deployment/deployment.ts";
import type { DeploymentSpec } from "../../model/deployment/spec.ts";
import type { Opener, Seal } from "../keys/secrets.ts";
import type { deployments } from "../schema/deployments.ts";
import { openSpec, sealSpec } from "./stored-spec.ts";

export type DeploymentRow = typeof deployments.$inferSelect;
type DeploymentColumns = Partial<typeof deployments.$inferInsert>;

/** A row breaks a rule of the state machine. The table's CHECKs should have refused it. */
export class BrokenRow extends Error {
  override readonly name = "BrokenRow";
}

/** Returns the variant that the row's status names; throws BrokenRow when the row lacks a field of that variant. */
export function deploymentOf(row: DeploymentRow, secrets: Opener): Deployment {
  const identity = identityOf(row);
  const spec = () => openSpec(secrets, row.id, must(row, "spec"));
  const specOrNull = () => (row.spec ? spec() : null);

  switch (row.status) {
    case "queued":
      return { ...identity, status: "queued" };
    case "building":
      return {
        ...identity,
        status: "building",
        startedAt: must(row, "startedAt"),
        ...askedToStop(row),
      };
    case "deploying": {
      const deploying = { ...identity, status: "deploying", startedAt: must(row, "startedAt"), spec: spec() } as const;
      return { ...deploying, ...stepOf(row) };
    }
    case "ready":
      return {
        ...identity,
        status: "ready",
        startedAt: must(row, "startedAt"),
        spec: spec(),
        liveAt: must(row, "liveAt"),
        readyAt: must(row, "readyAt"),
      };
    case "failed":
      return {
        ...identity,
        status: "failed",
        startedAt: must(row, "startedAt"),
        finishedAt: must(row, "finishedAt"),
        failure: must(row, "failure"),
        spec: specOrNull(),
      };
    case "stopped":
      return {
        ...identity,
        status: "stopped",
        reason: must(row, "reason"),
        startedAt: row.startedAt,
        finishedAt: must(row, "finishedAt"),
        spec: specOrNull(),
        readyAt: row.readyAt,
        ...(row.liveAt && { liveAt: row.liveAt }),
        ...(row.stoppedBy && { stoppedBy: row.stoppedBy }),
      };
  }
}

function stepOf(row: DeploymentRow) {
  const step = must(row, "step");
  switch (step) {
    case "start":
      return { step, ...askedToStop(row) };
    case "cut-over":
      return { step };
    case "watch":
      return { step, liveAt: must(row, "liveAt"), replacedId: row.replacedId };
  }
}

function askedToStop({ cancelRequestedAt, stoppedBy }: DeploymentRow) {
  return { cancelRequestedAt, ...(stoppedBy && { stoppedBy }) };
}

/** The fields that all variants have. */
export function identityOf(row: DeploymentRow) {
  return {
    id: row.id,
    installationId: row.installationId,
    number: row.number,
    trigger: row.trigger,
    by: row.requestedBy,
    ref: row.ref,
    commit: commitOf(row),
    sourceId: row.sourceId,
    variables: row.variablesFrom,
    dataBefore: row.dataBeforeId,
    fresh: row.fresh,
    sessionId: row.sessionId,
    attempt: row.attempt,
    createdAt: row.createdAt,
  };
}

export const runningStatuses: readonly DeploymentStatus[] = ["building", "deploying"];
/** The statuses of deployments that are not over. */
export const undecidedStatuses: readonly DeploymentStatus[] = ["queued", ...runningStatuses];

export const isQueued = (deployment: Deployment): deployment is Queued => deployment.status === "queued";
export const isRunning = (deployment: Deployment): deployment is Running =>
  deployment.status === "building" || deployment.status === "deploying";

/**
 * The columns to write for a deployment's state. Columns that record its past (when it went live, what it replaced, its
 * spec) keep their values when the variant lacks them; columns that must be null in the variant are cleared.
 */
export function stateColumns(deployment: Deployment): DeploymentColumns & Pick<Deployment, "status"> {
  const { status, attempt } = deployment;
  switch (deployment.status) {
    case "queued":
      return { status, attempt, startedAt: null };
    case "building":
      return {
        status,
        attempt,
        startedAt: deployment.startedAt,
        cancelRequestedAt: deployment.cancelRequestedAt,
        stoppedBy: deployment.stoppedBy ?? null,
      };
    case "deploying":
      return { status, attempt, ...stepColumns(deployment) };
    case "ready":
      return { status, attempt, step: null, readyAt: deployment.readyAt };
    case "failed":
      return { status, attempt, step: null, failure: deployment.failure, finishedAt: deployment.finishedAt };
    case "stopped":
      return {
        status,
        attempt,
        step: null,
        reason: deployment.reason,
        finishedAt: deployment.finishedAt,
        stoppedBy: deployment.stoppedBy ?? null,
      };
  }
}

/** The row of a deployment that has not been written yet. */
export function newRow(deployment: Queued | Stopped) {
  const { id, installationId, number, trigger, by, ref, commit, sourceId, variables } = deployment;
  const { dataBefore: dataBeforeId, fresh, sessionId, createdAt } = deployment;
  return {
    ...{ id, installationId, number, trigger, requestedBy: by, ref, sourceId, variablesFrom: variables },
    ...{ dataBeforeId, fresh, sessionId, createdAt },
    ...commitColumns(commit),
    ...stateColumns(deployment),
  };
}

function stepColumns(deployment: Deploying): DeploymentColumns {
  switch (deployment.step) {
    case "start":
      return {
        step: "start",
        cancelRequestedAt: deployment.cancelRequestedAt,
        stoppedBy: deployment.stoppedBy ?? null,
      };
    case "cut-over":
      return { step: "cut-over" };
    case "watch":
      return { step: "watch", liveAt: deployment.liveAt, replacedId: deployment.replacedId };
  }
}

export function specColumn(deployment: DeploymentRow["id"], spec: DeploymentSpec, seal: Seal): DeploymentColumns {
  return { spec: sealSpec(seal, deployment, spec) };
}

export function commitColumns(commit: Commit | null): DeploymentColumns {
  return {
    commitSha: commit?.sha ?? null,
    commitMessage: commit?.message ?? null,
    commitAuthor: commit?.author ?? null,
  };
}

function commitOf(row: DeploymentRow): Commit | null {
  if (row.commitSha === null) return null;
  return { sha: row.commitSha, message: must(row, "commitMessage"), author: must(row, "commitAuthor") };
}

function must<Column extends keyof DeploymentRow>(
  row: DeploymentRow,
  column: Column,
): NonNullable<DeploymentRow[Column]> {
  const value = row[column];
  if (value === null || value === undefined) {
    throw new BrokenRow(`Deployment ${row.id} is ${row.status}, but has no ${column}`);
  }
  return value;
}
