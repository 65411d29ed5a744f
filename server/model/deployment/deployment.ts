import type { CommitSha, DeploymentId, InstallationId } from "../names/ids.ts";
import type { DeploymentSpec } from "./spec.ts";

export const deploymentStatuses = ["queued", "building", "deploying", "ready", "failed", "stopped"] as const;
export type DeploymentStatus = (typeof deploymentStatuses)[number];

export const stages = ["fetch", "plan", "build", "init", "start", "health", "cut-over", "watch"] as const;
/** The part of a deployment in which it can fail. */
export type Stage = (typeof stages)[number];

/** What created a deployment. `rollback` is a redeploy of a version other than the live one. */
export const triggerKinds = ["push", "webhook", "redeploy", "rollback", "api"] as const;
export type TriggerKind = (typeof triggerKinds)[number];

export interface Commit {
  readonly sha: CommitSha;
  /** The first line of the commit message. */
  readonly message: string;
  readonly author: string;
}

/** Why a deployment failed, for a person: what happened, then what to do. Both are plain text. */
export interface Failure {
  readonly stage: Stage;
  readonly service: string | null;
  /** One sentence: what happened. */
  readonly message: string;
  /** One or two sentences: the most likely reason, and what to do. */
  readonly hint: string | null;
  /** The last lines that the build or the container printed; at most 50. */
  readonly lastLines: readonly string[];
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** The outcome of the last health probe, e.g. "GET / answered 500". */
  readonly lastProbe: string | null;
  /** Set when it failed while it already had the traffic. Absent in older rows. */
  readonly served?: Served | null;
}

/** How long users were served by a version that failed. */
export interface Served {
  readonly ms: number;
  /** The number of the deployment that the traffic went back to; null when there was none. */
  readonly backTo: number | null;
}

/** Why a deployment is `stopped`. */
export type StopReason = "stopped by hand" | "cancelled" | "superseded by a newer push";

interface Identity {
  readonly id: DeploymentId;
  readonly installationId: InstallationId;
  /** 1, 2, 3 … per installation. */
  readonly number: number;
  readonly trigger: TriggerKind;
  /** The name of the token that requested it, if known. */
  readonly by: string | null;
  /** The branch, tag or commit that was requested, or that a push moved. */
  readonly ref: string | null;
  /** Null only until the fetch has resolved the ref of a webhook or an API request. */
  readonly commit: Commit | null;
  /** For redeploy and rollback: the deployment whose version is made live again. */
  readonly sourceId: DeploymentId | null;
  /** For redeploy and rollback: the variables of that version, or the current ones. */
  readonly variables: "then" | "now";
  /**
   * For a rollback with its data: the deployment that made the backups which are restored. Null leaves the data alone.
   */
  readonly dataBefore: DeploymentId | null;
  /** Set by a product redeploy: third-party images are pulled again, and stateful services are replaced, too. */
  readonly fresh: boolean;
  /** An id that the requester chose to follow the progress with; null when there is none. */
  readonly sessionId: string | null;
  /** Counts claims and serves as the fence: every write about a running deployment names its attempt. */
  readonly attempt: number;
  readonly createdAt: Date;
}

export interface Queued extends Identity {
  readonly status: "queued";
}

export interface Building extends Identity {
  readonly status: "building";
  readonly startedAt: Date;
  /** When it was first asked to stop; null when it was not. */
  readonly cancelRequestedAt: Date | null;
  /** Who asked; absent when nobody did, or when its product was deleted. */
  readonly stoppedBy?: string;
}

/**
 * `start`: containers are started and checked; the deployment can still be cancelled. `cut-over`: the checks have
 * passed and the intent to switch is recorded; from here the switch is made even after a crash. `watch`: traffic is on
 * the new version and the old one is kept whole; only a crash or a failing check rolls back.
 */
export const deployingSteps = ["start", "cut-over", "watch"] as const;
export type DeployingStep = (typeof deployingSteps)[number];

export type Deploying = Identity & {
  readonly status: "deploying";
  readonly startedAt: Date;
  readonly spec: DeploymentSpec;
} & (
    | { readonly step: "start"; readonly cancelRequestedAt: Date | null; readonly stoppedBy?: string }
    | { readonly step: "cut-over" }
    | { readonly step: "watch"; readonly liveAt: Date; readonly replacedId: DeploymentId | null }
  );

export interface Ready extends Identity {
  readonly status: "ready";
  readonly startedAt: Date;
  readonly spec: DeploymentSpec;
  readonly liveAt: Date;
  readonly readyAt: Date;
}

export interface Failed extends Identity {
  readonly status: "failed";
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly failure: Failure;
  readonly spec: DeploymentSpec | null;
}

export interface Stopped extends Identity {
  readonly status: "stopped";
  readonly reason: StopReason;
  readonly startedAt: Date | null;
  readonly finishedAt: Date;
  readonly spec: DeploymentSpec | null;
  /** Set when it was ready before it was stopped by hand; it can then be made live again. */
  readonly readyAt: Date | null;
  /** When traffic moved to it; null or absent when it never did. */
  readonly liveAt?: Date | null;
  /** Who cancelled or stopped it. Absent when no person did, and in older rows. */
  readonly stoppedBy?: string;
}

export type Deployment = Queued | Building | Deploying | Ready | Failed | Stopped;
export type Running = Building | Deploying;

/**
 * The events that change a deployment. The table `moves` in moves.ts says where each may happen and what it leads to.
 */
export type Transition =
  /** The worker takes it from the queue. */
  | { readonly type: "claimed"; readonly at: Date }
  /** A restart found it building, so it is queued again, unless it was asked to stop. */
  | { readonly type: "requeued" }
  | { readonly type: "built"; readonly spec: DeploymentSpec }
  /** A restart found it deploying; a new attempt continues where the previous one was. */
  | { readonly type: "resumed" }
  /**
   * The checks have passed, and it was not asked to stop. `spec` is the version as the checks left it, in case an app
   * was found on another port.
   */
  | { readonly type: "checked"; readonly spec?: DeploymentSpec }
  /** The traffic has moved to it. */
  | { readonly type: "switched"; readonly at: Date; readonly replacedId: DeploymentId | null }
  /** It got through its watch window. */
  | { readonly type: "held"; readonly at: Date }
  | { readonly type: "failed"; readonly at: Date; readonly failure: Failure }
  /** It was asked to stop. A queued deployment stops at once. */
  | { readonly type: "cancel-requested"; readonly at: Date; readonly by?: string }
  /** The worker has stopped it and removed what it had begun. */
  | { readonly type: "cancelled"; readonly at: Date }
  /** A newer push or webhook takes its place in the queue. Deployments that a person requested stay. */
  | { readonly type: "superseded"; readonly at: Date }
  /** A person takes a ready version out of service. */
  | { readonly type: "stopped"; readonly at: Date; readonly by?: string };

interface Outcomes {
  readonly claimed: Building;
  readonly requeued: Queued;
  readonly built: Deploying;
  readonly resumed: Deploying;
  readonly checked: Deploying;
  readonly switched: Deploying;
  readonly held: Ready;
  readonly failed: Failed;
  readonly "cancel-requested": Building | Deploying | Stopped;
  readonly cancelled: Stopped;
  readonly superseded: Stopped;
  readonly stopped: Stopped;
}

/** The variant of a deployment after a transition. */
export type After<T extends Transition> = Outcomes[T["type"]];

/**
 * Applies the rules of the state machine: returns the deployment after the transition, or null when the move is
 * illegal. Every change of a deployment's state is computed here. The store locks the row, advances it and writes the
 * result.
 */
export function advance<T extends Transition>(deployment: Deployment, transition: T): After<T> | null;
export function advance(deployment: Deployment, transition: Transition): Deployment | null {
  switch (transition.type) {
    case "claimed":
      return deployment.status === "queued" ? claimedOf(deployment, transition.at) : null;
    case "requeued":
      return deployment.status === "building" && deployment.cancelRequestedAt === null
        ? { ...identityOf(deployment), status: "queued" }
        : null;
    case "built":
      return deployment.status === "building"
        ? { ...deployment, status: "deploying", step: "start", spec: transition.spec }
        : null;
    case "resumed":
      return deployment.status === "deploying" ? { ...deployment, attempt: deployment.attempt + 1 } : null;
    case "checked": {
      if (deployment.status !== "deploying" || deployment.step !== "start") return null;
      const { cancelRequestedAt, stoppedBy: _, ...rest } = deployment;
      return cancelRequestedAt === null
        ? { ...rest, step: "cut-over", spec: transition.spec ?? deployment.spec }
        : null;
    }
    case "switched":
      return deployment.status === "deploying" && deployment.step === "cut-over"
        ? { ...deployment, step: "watch", liveAt: transition.at, replacedId: transition.replacedId }
        : null;
    case "held": {
      if (deployment.status !== "deploying" || deployment.step !== "watch") return null;
      const { step: _, replacedId: __, ...rest } = deployment;
      return { ...rest, status: "ready", readyAt: transition.at };
    }
    case "failed": {
      if (deployment.status !== "building" && deployment.status !== "deploying") return null;
      return {
        ...identityOf(deployment),
        status: "failed",
        startedAt: deployment.startedAt,
        finishedAt: transition.at,
        failure: transition.failure,
        spec: specOf(deployment),
      };
    }
    case "cancel-requested":
      if (deployment.status === "queued") return stoppedOf(deployment, transition.at, "cancelled", transition.by);
      if (!isCancellable(deployment)) return null;
      return deployment.cancelRequestedAt === null
        ? { ...deployment, cancelRequestedAt: transition.at, ...(transition.by && { stoppedBy: transition.by }) }
        : deployment;
    case "cancelled":
      return isCancellable(deployment) ? stoppedOf(deployment, transition.at, "cancelled", deployment.stoppedBy) : null;
    case "superseded":
      return deployment.status === "queued" && (deployment.trigger === "push" || deployment.trigger === "webhook")
        ? stoppedOf(deployment, transition.at, "superseded by a newer push")
        : null;
    case "stopped":
      return deployment.status === "ready"
        ? stoppedOf(deployment, transition.at, "stopped by hand", transition.by)
        : null;
  }
}

/** After the decision to cut over, only the watch window can roll back, and that is a failure. */
const isCancellable = (deployment: Deployment): deployment is Building | (Deploying & { readonly step: "start" }) =>
  deployment.status === "building" || (deployment.status === "deploying" && deployment.step === "start");

function claimedOf(deployment: Queued, startedAt: Date): Building {
  const attempt = deployment.attempt + 1;
  return { ...deployment, status: "building", attempt, startedAt, cancelRequestedAt: null };
}

function stoppedOf(deployment: Queued | Running | Ready, finishedAt: Date, reason: StopReason, by?: string): Stopped {
  return {
    ...identityOf(deployment),
    status: "stopped",
    reason,
    finishedAt,
    startedAt: deployment.status === "queued" ? null : deployment.startedAt,
    spec: specOf(deployment),
    readyAt: readyAtOf(deployment),
    ...(deployment.status === "ready" && { liveAt: deployment.liveAt }),
    ...(by && { stoppedBy: by }),
  };
}

function identityOf(deployment: Deployment): Identity {
  const { id, installationId, number, trigger, by, ref, commit, sourceId, variables, fresh } = deployment;
  const { dataBefore, sessionId, attempt, createdAt } = deployment;
  return {
    ...{ id, installationId, number, trigger, by, ref, commit, sourceId, variables, fresh },
    ...{ dataBefore, sessionId, attempt, createdAt },
  };
}

/** Whether the deployment has ended. Nothing happens to it any more, except that a ready one can be stopped by hand. */
export function isOver(status: DeploymentStatus): boolean {
  return status === "ready" || status === "failed" || status === "stopped";
}

/** When the version passed its watch window, so that it can be made live again; null when it never did. */
export function readyAtOf(deployment: Deployment): Date | null {
  return deployment.status === "ready" || deployment.status === "stopped" ? deployment.readyAt : null;
}

export function specOf(deployment: Deployment): DeploymentSpec | null {
  return deployment.status === "queued" || deployment.status === "building" ? null : deployment.spec;
}
