import type { CommitSha, DeploymentId, InstallationId, ProductId } from "../../model/names/ids.ts";
import type { ForgeEvent } from "../forge.ts";

/** The ledger of every delivery from a forge, and of every change that Baton found itself, with its outcome. */
export interface DeliveryStore {
  /**
   * Judges genuine deliveries in order and writes them, with the deployments they queue, in one transaction. Deliveries
   * of one product are serialised across writers. `judge` must be pure; it may be called more than once. Deployments
   * already queued by a push or a webhook are superseded.
   */
  record(
    product: ProductId,
    deliveries: readonly NewDelivery[],
    judge: JudgeDelivery,
    at: Date,
  ): Promise<readonly Recorded[]>;
  /**
   * Records a refused delivery and why. Only the latest are kept, separately, so that they never displace genuine
   * ones.
   */
  refuse(product: ProductId, refused: RefusedDelivery, at: Date): Promise<void>;

  /** Newest first. `before` is an id of an earlier page. */
  list(product: ProductId, page: { readonly limit: number; readonly before?: number }): Promise<readonly LedgerEntry[]>;
  get(product: ProductId, id: number): Promise<LedgerDetail | null>;
  /** The latest genuine delivery from a forge; null when there is none. */
  newestFromForge(product: ProductId): Promise<Pick<LedgerDetail, "event" | "headers"> | null>;
}

/** A tip is a commit that Baton found by checking the repository itself, on schedule or on request. */
export type SourceEvent =
  | ForgeEvent
  | { readonly type: "tip"; readonly branch: string; readonly commit: CommitSha; readonly asked: boolean };

export interface NewDelivery {
  /** The sender: a forge's name, or "baton". */
  readonly via: string;
  /** Two deliveries with the same id are the same delivery; null when it has no id. */
  readonly deliveryId: string | null;
  /** The event's name as the sender calls it: "push". */
  readonly name: string;
  readonly event: SourceEvent;
  /** For a delivery that is processed again on request: the original's id. */
  readonly again: number | null;
  /** The person who is shown as the deployer. */
  readonly by: string;
  readonly content: DeliveryContent | null;
  /** Whether it stays out of the ledger when it deploys nothing. */
  readonly quiet: boolean;
}

/** What people may see of a delivery: without secrets, and truncated. */
export interface DeliveryContent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The size of the body as received. */
  readonly bodyBytes: number;
  /** The body's SHA-256 in hexadecimal: the same body under a different id is a replay. */
  readonly digest: string;
}

export interface RefusedDelivery {
  readonly via: string;
  readonly deliveryId: string | null;
  readonly name: string;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBytes: number | null;
}

/** What a delivery is judged by. */
export interface DeliveryFacts {
  readonly repository: string | null;
  readonly paths: readonly string[];
  readonly installations: readonly InstallationFacts[];
  /** An earlier delivery with the same id or body; null when there is none. */
  readonly earlier: { readonly id: number; readonly deployments: readonly DeploymentId[] } | null;
}

export interface InstallationFacts {
  readonly id: InstallationId;
  readonly environment: string;
  readonly branch: string | null;
  /** The newest deployment that is not over; null when there is none. */
  readonly undecided: DeployedCommit | null;
  readonly live: DeployedCommit | null;
  /** The newest deployment that a push, a webhook or the API created, however it ended. */
  readonly newest: DeployedCommit | null;
}

export interface DeployedCommit {
  readonly deployment: DeploymentId;
  /** Before the fetch, the commit that the delivery named; null when it is unknown. */
  readonly commit: CommitSha | null;
}

export type JudgeDelivery = (event: SourceEvent, again: boolean, facts: DeliveryFacts) => Judgement;

export const outcomes = ["deployed", "duplicate", "ignored", "pong", "refused"] as const;
export type Outcome = (typeof outcomes)[number];

export interface Judgement {
  readonly outcome: Exclude<Outcome, "refused">;
  /** The verdict in words. */
  readonly verdict: string;
  /** The installations that deploy because of it. */
  readonly deploys: readonly InstallationId[];
  readonly branch: string | null;
  /** The commit that the delivery named as the newest. */
  readonly commit: CommitSha | null;
  /** The deployments that it would have duplicated. */
  readonly same: readonly DeploymentId[];
}

export interface Recorded {
  /** Its id in the ledger; null when it was quiet. */
  readonly id: number | null;
  readonly outcome: Outcome;
  readonly verdict: string;
  /** The deployments that it queued, or would have duplicated. */
  readonly deployments: readonly DeploymentId[];
}

export interface LedgerEntry extends Recorded {
  readonly id: number;
  readonly at: Date;
  readonly via: string;
  readonly deliveryId: string | null;
  readonly name: string;
  readonly commit: CommitSha | null;
  readonly again: number | null;
}

export interface LedgerDetail extends LedgerEntry {
  /** Null when it was not kept. */
  readonly event: SourceEvent | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: string | null;
  readonly bodyBytes: number | null;
}
