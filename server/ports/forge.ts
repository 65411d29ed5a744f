import type { CommitSha } from "../model/names/ids.ts";

/**
 * What Baton asks of a forge: GitHub, and whatever comes to stand beside it, one module each. A forge tells by
 * deliveries what happened in a repository, and is told in return what became of it.
 */
export interface Forge {
  /** In URLs: `/webhooks/<name>/<product>`. */
  readonly name: string;
  /** For people: "GitHub". */
  readonly title: string;

  /** What the headers say about a delivery. Unverified: good for the ledger, and for nothing else. */
  identify(headers: Headers): DeliveryIdentity;
  /** What the headers alone say about the signature; null: it may be right, so that the body is worth reading. */
  signatureFault(headers: Headers): Exclude<Signature, "genuine"> | null;
  /** Over the raw bytes and in constant time, before anything is parsed. Nothing is genuine under an empty secret. */
  verify(headers: Headers, body: Uint8Array, secret: string): Signature;
  /** What a genuine delivery says, in our words. Throws UnreadableDelivery. */
  read(headers: Headers, body: Uint8Array): ForgeEvent;

  /** Whether it can be told about deployments of this repository. */
  isHomeOf(repository: string): boolean;
  /** Tells it how a deployment stands. May be repeated: the same is then said again, not twice. Rejects with ForgeUnavailable. */
  report(report: DeploymentReport, token: string, signal: AbortSignal): Promise<ReportReceipt>;
}

export interface DeliveryIdentity {
  /** Chosen by the forge, new for each delivery and kept when it is sent again; null: none was given, or it is not an id. */
  readonly id: string | null;
  /** The event by the forge's own name: "push"; "unknown" when there is none. */
  readonly event: string;
}

export type Signature = "genuine" | "missing" | "wrong";

interface InRepository {
  /** Every URL by which the forge knows the repository: web, https and ssh. */
  readonly repository: readonly string[];
}

/** What happened. All of it is a hint: what is deployed is fetched from the URL that the product has. */
export type ForgeEvent =
  /** The webhook was set up, or somebody wants to know whether it works. An organisation's has no repository. */
  | ({ readonly type: "ping" } & InRepository)
  | ({ readonly type: "push" } & InRepository & Push)
  /** A branch or tag is gone. The push of a deletion is one, too. */
  | ({ readonly type: "delete"; readonly kind: "branch" | "tag"; readonly name: string } & InRepository)
  | ({ readonly type: "pull-request"; readonly number: number; readonly action: string } & InRepository)
  | { readonly type: "other"; readonly name: string };

export interface Push {
  /** Full name: `refs/heads/main`. */
  readonly ref: string;
  readonly after: CommitSha;
  /** The branch that a clone checks out; null when it is not said. */
  readonly defaultBranch: string | null;
  /** The whole message of the newest commit. */
  readonly message: string;
  /** Files that the push changed; null when the delivery does not name them all. */
  readonly paths: readonly string[] | null;
  readonly by: string | null;
}

/** How a deployment stands, for those who look at its commit. */
export interface DeploymentReport {
  readonly repository: string;
  readonly commit: CommitSha;
  /** The branch; null when it was asked for by commit. */
  readonly branch: string | null;
  readonly product: string;
  readonly environment: string;
  readonly isProduction: boolean;
  readonly number: number;
  readonly state: ReportState;
  /** One sentence. */
  readonly text: string;
  /** The deployment's page in Baton. */
  readonly page: string;
  /** Where the app is served; null: nowhere. */
  readonly url: string | null;
  readonly wanted: ReportKinds;
  /** What the receipt of an earlier report about this deployment said. */
  readonly receipt: ReportReceipt | null;
}

/** pending: not decided yet. cancelled: replaced in the queue, or by hand. inactive: it was live, and was stopped. */
export type ReportState = "pending" | "success" | "failure" | "cancelled" | "inactive";

/** Which of the forge's places are told. */
export interface ReportKinds {
  /** A status beside the commit. */
  readonly status: boolean;
  /** The forge's own list of deployments. */
  readonly deployment: boolean;
  /** One comment on each open pull request of the branch, kept up to date. */
  readonly comment: boolean;
}

export interface ReportReceipt {
  /** The forge's number for the deployment; null: it has none. */
  readonly deployment: number | null;
}

/** The body is not what the forge sends; the message says what is wrong with it. */
export class UnreadableDelivery extends Error {
  override readonly name = "UnreadableDelivery";
}

/** The forge did not do what it was asked; the message is for people and holds no secret. */
export class ForgeUnavailable extends Error {
  override readonly name = "ForgeUnavailable";
  /** The forge wants to be left alone until then; null: it did not say. */
  readonly retryAfterMs: number | null;
  /** What had been achieved before; null: nothing. */
  readonly receipt: ReportReceipt | null;
  constructor(
    message: string,
    {
      retryAfterMs = null,
      receipt = null,
      ...options
    }: ErrorOptions & Partial<Pick<ForgeUnavailable, "retryAfterMs" | "receipt">> = {},
  ) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
    this.receipt = receipt;
  }
}
