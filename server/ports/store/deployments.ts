import type {
  After,
  Building,
  Commit,
  Deployment,
  DeploymentStatus,
  Queued,
  Running,
  Transition,
  TriggerKind,
} from "../../model/deployment/deployment.ts";
import type { DeploymentEvent, EventBody, StackProgress } from "../../model/deployment/event.ts";
import type { StackOutline } from "../../model/deployment/spec.ts";
import type { DeploymentId, InstallationId, ProductId } from "../../model/names/ids.ts";

/** A request to deploy, as a command writes it. */
export interface DeploymentRequest {
  /** Reserved beforehand with `reserveId` where a ref must contain it; otherwise the store takes the next. */
  readonly id: DeploymentId | null;
  readonly installationId: InstallationId;
  readonly trigger: TriggerKind;
  readonly by: string | null;
  readonly ref: string | null;
  readonly commit: Commit | null;
  readonly sourceId: DeploymentId | null;
  readonly variables: "then" | "now";
  readonly dataBefore?: DeploymentId | null;
  readonly fresh?: boolean;
  readonly sessionId?: string | null;
  /** Whether it stops the installation's queued pushes and webhooks as "superseded by a newer push". */
  readonly supersedes: boolean;
  /**
   * For pushes: the newest undecided deployment with trigger `push` that the decision was based on; null when there was
   * none. When another has been queued since, or that one is over, nothing is written, and `enqueue` resolves with
   * "changed" so that the caller decides again.
   */
  readonly newestUndecidedPush?: DeploymentId | null;
}

export interface DeploymentStore {
  reserveId(): Promise<DeploymentId>;
  /** Rejects when the installation does not exist, or was marked deleted. */
  enqueue(
    request: DeploymentRequest,
    at: Date,
  ): Promise<{ readonly deployment: Queued; readonly superseded: readonly DeploymentId[] } | "changed">;

  get(id: DeploymentId): Promise<Deployment | null>;
  /** Those of these that exist, ordered by id. */
  getAll(ids: readonly DeploymentId[]): Promise<readonly Deployment[]>;
  /** What the versions of these deployments consist of, for those that have one. Cheaper than reading their specs. */
  outlines(ids: readonly DeploymentId[]): Promise<ReadonlyMap<DeploymentId, readonly StackOutline[]>>;
  /** The newest deployment that was requested under this session id. */
  bySession(sessionId: string): Promise<Deployment | null>;
  /**
   * Newest first. `before` is an id of an earlier page. Deployments of deleted products and installations are listed
   * only when one is asked for by id.
   */
  list(filter: {
    readonly product?: ProductId;
    /** Of any of these; deleted ones are left out. */
    readonly products?: readonly ProductId[];
    readonly installation?: InstallationId;
    readonly statuses?: readonly DeploymentStatus[];
    readonly limit: number;
    readonly before?: DeploymentId;
  }): Promise<readonly Deployment[]>;
  /** Deployments of one installation that are not over, oldest first. */
  undecided(installation: InstallationId): Promise<readonly (Queued | Running)[]>;
  /** All queued deployments in the order in which they will be claimed, and all running ones. */
  queue(): Promise<{ readonly queued: readonly Queued[]; readonly running: readonly Running[] }>;
  /** The last `count` deployments of an installation by `readyAt`, newest first, including stopped ones. */
  lastReady(installation: InstallationId, count: number): Promise<readonly Deployment[]>;
  /** The same for each of several installations, one installation after the other. */
  lastReadyOf(installations: readonly InstallationId[], count: number): Promise<readonly Deployment[]>;

  /**
   * Claims the oldest queued deployment whose installation has none running, when fewer than `maxBuilding` are
   * building; it becomes `building`. Resolves with null when there is none. `now` is read once it is this claim's turn,
   * so that a claim that waited is later than what made room for it.
   */
  claim(maxBuilding: number, now: () => Date): Promise<Building | null>;
  /**
   * Moves a deployment by the rules of `advance`. The row must still have the status, step and attempt of `from`.
   * Resolves with null and writes nothing when somebody else has moved it, or the transition is not allowed as the row
   * stands now, for example because a cancel was requested meanwhile. The same transaction writes what belongs to the
   * move: the spec, the installation's live deployment (for a failure in the watch window, the previous one), and the
   * `status` event when the status changes. Resolves with the row as it is now.
   */
  move<T extends Transition>(from: Deployment, transition: T): Promise<After<T> | null>;
  /** Records the commit that a ref was resolved to. */
  recordCommit(deployment: Running, commit: Commit): Promise<void>;

  /**
   * Records the intent to cancel. `stopped`: it was queued and is over now. `asked`: it is running, and its worker will
   * be notified. `too-late`: it is being cut over, or over. `by` is who asked; the first to ask is kept.
   */
  requestCancel(id: DeploymentId, at: Date, by?: string): Promise<"stopped" | "asked" | "too-late">;
  /** Running deployments that were asked to stop. */
  cancelRequested(): Promise<readonly DeploymentId[]>;
  /**
   * Takes over deployments that nobody runs any more: those of a dead server, and all except `except`. `building` ones
   * go back to the queue (with the same attempt; those with a cancel request are stopped); `deploying` ones get a new
   * attempt and are returned so that the worker can resume them.
   */
  rescue(
    except?: readonly DeploymentId[],
  ): Promise<{ readonly requeued: readonly Queued[]; readonly resumed: readonly Running[] }>;
}

export interface EventStore {
  /** Numbers the events in the transaction that writes them, then announces them to subscribers in this process. */
  append(deployment: DeploymentId, bodies: readonly EventBody[]): Promise<void>;
  /** Events after `after`, oldest first, at most `limit`. */
  read(deployment: DeploymentId, after: number, limit: number): Promise<readonly DeploymentEvent[]>;
  /**
   * Calls `wake` without content whenever something was appended to this deployment. Returns the unsubscribe function.
   */
  subscribe(deployment: DeploymentId, wake: () => void): () => void;
  /** The same for any deployment, for pages that list them. */
  subscribeAll(wake: (deployment: DeploymentId) => void): () => void;
  /** Deployments that are over but not settled, because the server died in between. Oldest first. */
  unsettled(): Promise<readonly { readonly deployment: DeploymentId; readonly installation: InstallationId }[]>;
  /** The newest progress of each stack. */
  stacks(deployment: DeploymentId): Promise<readonly StackProgress[]>;
  /** The same of each of these that has reported any. */
  stacksOf(deployments: readonly DeploymentId[]): Promise<ReadonlyMap<DeploymentId, readonly StackProgress[]>>;
  /**
   * Removes the logs of at most `limit` deployments, the oldest first, each in a transaction of its own, and leaves
   * `note` in their place: of those that were requested before `before`, or that are not among the newest
   * `keepNewest` of their installation. Live versions, and the last `keepReady` that were ready, keep theirs, and so
   * does whatever is not settled. How a deployment ended stays. Resolves with how many it were.
   */
  pruneLogs(retention: LogRetention, limit: number): Promise<number>;
}

/** How long logs of deployments are kept; null means for ever. */
export interface LogRetention {
  readonly before: Date | null;
  readonly keepNewest: number | null;
  readonly keepReady: number;
  readonly note: string;
}
