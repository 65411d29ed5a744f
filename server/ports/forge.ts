import type { CommitSha } from "../model/names/ids.ts";

/**
 * What Baton needs from a forge, such as GitHub; each forge is one module. A forge's deliveries say what happened in a
 * repository, and Baton reports back what became of it.
 */
export interface Forge {
  /** Its name in URLs: `/webhooks/<name>/<product>`. */
  readonly name: string;
  /** Its name for people: "GitHub". */
  readonly title: string;

  /**
   * What the headers claim about a delivery. They are not verified, so this is only good for the list of deliveries.
   */
  identify(headers: Headers): DeliveryIdentity;
  /** What the headers alone say about the signature. Null when it may be right, so that the body is worth reading. */
  signatureFault(headers: Headers): Exclude<Signature, "genuine"> | null;
  /**
   * Verifies the signature over the raw bytes, in constant time, before anything is parsed. Nothing is genuine under an
   * empty secret.
   */
  verify(headers: Headers, body: Uint8Array, secret: string): Signature;
  /** Parses a genuine delivery. Throws UnreadableDelivery. */
  read(headers: Headers, body: Uint8Array): ForgeEvent;

  /** Whether deployments of this repository can be reported to it. */
  isHomeOf(repository: string): boolean;
  /**
   * Reports a deployment's status. It may be called again: that updates the earlier report. Rejects with
   * ForgeUnavailable.
   */
  report(report: DeploymentReport, token: string, signal: AbortSignal): Promise<ReportReceipt>;
}

export interface DeliveryIdentity {
  /**
   * The forge's id of the delivery, which stays the same when it is sent again. Null when there is none, or when it is
   * malformed.
   */
  readonly id: string | null;
  /** The forge's own name of the event: "push". "unknown" when there is none. */
  readonly event: string;
}

export type Signature = "genuine" | "missing" | "wrong";

interface InRepository {
  /** Every URL of the repository that the forge knows: web, https and ssh. */
  readonly repository: readonly string[];
}

/** What happened. It is only a hint: what is deployed is fetched from the product's own URL. */
export type ForgeEvent =
  /** The webhook was set up, or somebody tests it. An organisation's webhook names no repository. */
  | ({ readonly type: "ping" } & InRepository)
  | ({ readonly type: "push" } & InRepository & Push)
  /** A branch or tag was deleted. Forges may report that as a push, too. */
  | ({ readonly type: "delete"; readonly kind: "branch" | "tag"; readonly name: string } & InRepository)
  | ({ readonly type: "pull-request"; readonly number: number; readonly action: string } & InRepository)
  | { readonly type: "other"; readonly name: string };

export interface Push {
  /** Full name: `refs/heads/main`. */
  readonly ref: string;
  readonly after: CommitSha;
  /** The branch that a clone checks out. Null when the delivery does not say. */
  readonly defaultBranch: string | null;
  /** The full message of the newest commit. */
  readonly message: string;
  /** Files that the push changed. Null when the delivery does not list them all. */
  readonly paths: readonly string[] | null;
  readonly by: string | null;
}

/** A deployment's status, for people who look at its commit. */
export interface DeploymentReport {
  readonly repository: string;
  readonly commit: CommitSha;
  /** The branch. Null when the deployment was requested by commit. */
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
  /** Where the app is served, or null. */
  readonly url: string | null;
  readonly wanted: ReportKinds;
  /** The receipt of an earlier report about this deployment. */
  readonly receipt: ReportReceipt | null;
}

/**
 * pending: undecided. cancelled: superseded in the queue, or cancelled by hand. inactive: it was live and was stopped.
 */
export type ReportState = "pending" | "success" | "failure" | "cancelled" | "inactive";

/** The places at the forge to report to. */
export interface ReportKinds {
  /** A status on the commit. */
  readonly status: boolean;
  /** The forge's own list of deployments. */
  readonly deployment: boolean;
  /** One comment on each open pull request of the branch, which is kept up to date. */
  readonly comment: boolean;
}

export interface ReportReceipt {
  /** The forge's id for the deployment, or null. */
  readonly deployment: number | null;
}

/** The body is not what the forge sends; the message says why. */
export class UnreadableDelivery extends Error {
  override readonly name = "UnreadableDelivery";
}

/** The forge did not do what it was asked to; the message is for people and contains no secret. */
export class ForgeUnavailable extends Error {
  override readonly name = "ForgeUnavailable";
  /** How long the forge asks to be left alone, or null. */
  readonly retryAfterMs: number | null;
  /** What had been reported before the failure, or null. */
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
