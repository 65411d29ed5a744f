import type { CommitSha, DeploymentId, InstallationId, ProductId } from "../../model/names/ids.ts";
import type { ForgeEvent } from "../forge.ts";

/** The ledger of everything that forges delivered or Baton found by checking, with its outcome. */
export interface DeliveryStore {
  /**
   * Judges genuine deliveries in order and writes them, with the deployments they queue, in one transaction.
   * Deliveries of one product are serialised across writers. `judge` must be pure; it may be called more than
   * once. Deployments already queued by a push or a webhook are superseded.
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
  /** The latest genuine delivery from a forge; null: none yet. */
  newestFromForge(product: ProductId): Promise<Pick<LedgerDetail, "event" | "headers"> | null>;
}

/** A tip is what Baton found by checking the repository itself, on schedule or because someone asked. */
export type SourceEvent =
  | ForgeEvent
  | { readonly type: "tip"; readonly branch: string; readonly commit: CommitSha; readonly asked: boolean };

export interface NewDelivery {
  /** Its source: a forge's name, or "baton". */
  readonly via: string;
  /** Two with the same id are the same delivery; null: it has none. */
  readonly deliveryId: string | null;
  /** By the sender's own name: "push". */
  readonly name: string;
  readonly event: SourceEvent;
  /** For a delivery that is processed again on request: the original's id. */
  readonly again: number | null;
  /** Shown as the person who deployed. */
  readonly by: string;
  readonly content: DeliveryContent | null;
  /** Not worth a line in the ledger when it deploys nothing. */
  readonly quiet: boolean;
}

/** Shown to people; without secrets, and truncated. */
export interface DeliveryContent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Size of the body as received. */
  readonly bodyBytes: number;
  /** Its SHA-256 in hexadecimal: the same body under a different id is a replay. */
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
  /** An earlier delivery of the same id or body; null: there is none. */
  readonly earlier: { readonly id: number; readonly deployments: readonly DeploymentId[] } | null;
}

export interface InstallationFacts {
  readonly id: InstallationId;
  readonly environment: string;
  readonly branch: string | null;
  /** The newest that is not over; null: none. */
  readonly undecided: DeployedCommit | null;
  readonly live: DeployedCommit | null;
  /** The newest that a push, a webhook or the API made, however it ended. */
  readonly newest: DeployedCommit | null;
}

export interface DeployedCommit {
  readonly deployment: DeploymentId;
  /** Before its fetch: what the delivery that made it named; null: nobody knows yet. */
  readonly commit: CommitSha | null;
}

export type JudgeDelivery = (event: SourceEvent, again: boolean, facts: DeliveryFacts) => Judgement;

export const outcomes = ["deployed", "duplicate", "ignored", "pong", "refused"] as const;
export type Outcome = (typeof outcomes)[number];

export interface Judgement {
  readonly outcome: Exclude<Outcome, "refused">;
  /** In words. */
  readonly verdict: string;
  /** The installations that deploy now, and what. */
  readonly deploys: readonly InstallationId[];
  readonly branch: string | null;
  /** What it said is the newest commit. */
  readonly commit: CommitSha | null;
  /** Deployments that make it one too many. */
  readonly same: readonly DeploymentId[];
}

export interface Recorded {
  /** In the ledger; null: it was quiet. */
  readonly id: number | null;
  readonly outcome: Outcome;
  readonly verdict: string;
  /** What it queued, or was one too many of. */
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
  /** Null: it was not kept. */
  readonly event: SourceEvent | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: string | null;
  readonly bodyBytes: number | null;
}
