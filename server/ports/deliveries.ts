import type { CommitSha, DeploymentId, InstallationId, ProductId } from "../model/ids.ts";
import type { ForgeEvent } from "./forge.ts";

/** The ledger: everything that forges delivered, and Baton went to see for itself, with what became of it. */
export interface DeliveryStore {
  /**
   * Judges genuine deliveries in their order, and writes them with what they queue, in one transaction: those of one
   * product come one after the other, whoever writes them. `judge` is pure; it may be asked more than once.
   * Deployments that are queued already, by a push or a webhook, are superseded.
   */
  record(
    product: ProductId,
    deliveries: readonly NewDelivery[],
    judge: JudgeDelivery,
    at: Date,
  ): Promise<readonly Recorded[]>;
  /** What was not let in, and why. Only the newest are kept, apart from the others, so that they push nothing out. */
  refuse(product: ProductId, refused: RefusedDelivery, at: Date): Promise<void>;

  /** Newest first. `before` is an id of an earlier page. */
  list(product: ProductId, page: { readonly limit: number; readonly before?: number }): Promise<readonly LedgerEntry[]>;
  get(product: ProductId, id: number): Promise<LedgerDetail | null>;
  /** What a forge delivered last, of what was genuine; null: nothing yet. */
  newestFromForge(product: ProductId): Promise<Pick<LedgerDetail, "event" | "headers"> | null>;
}

/** A tip is what Baton saw when it looked itself: because it was time to, or somebody asked. */
export type SourceEvent =
  | ForgeEvent
  | { readonly type: "tip"; readonly branch: string; readonly commit: CommitSha; readonly asked: boolean };

export interface NewDelivery {
  /** Who brought it: a forge's name, or "baton". */
  readonly via: string;
  /** Two with the same id are the same delivery; null: it has none. */
  readonly deliveryId: string | null;
  /** By the sender's own name: "push". */
  readonly name: string;
  readonly event: SourceEvent;
  /** Of a delivery that is judged again because somebody asked: the one it was. */
  readonly again: number | null;
  /** Shown as who deployed. */
  readonly by: string;
  readonly content: DeliveryContent | null;
  /** Not worth a line in the ledger when it deploys nothing. */
  readonly quiet: boolean;
}

/** For people to look at; without secrets, and cut to size. */
export interface DeliveryContent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Of the body as it came. */
  readonly bodyBytes: number;
  /** SHA-256 of it, hexadecimal: a body that comes again under another id is a replay. */
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
