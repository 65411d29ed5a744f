import type { CommitSha, DeploymentId, ProductId } from "../model/ids.ts";
import type { ReportReceipt, ReportState } from "./forge.ts";

/**
 * What forges have to be told. Not a list of messages but the difference between how deployments stand and what was
 * last told: nothing is lost when Baton dies, and only the newest state is told when a forge was away for long.
 */
export interface ReportStore {
  /** Deployments of products with a repository and a token that stand otherwise than was told, whose time to try (again) has come. */
  due(now: Date, limit: number): Promise<readonly DueReport[]>;
  told(deployment: DeploymentId, state: ReportState, receipt: ReportReceipt): Promise<void>;
  /** Tried in vain; `nextTryAt` null: not again for this state. */
  failed(
    deployment: DeploymentId,
    failure: {
      readonly state: ReportState;
      readonly message: string;
      readonly nextTryAt: Date | null;
      readonly receipt: ReportReceipt | null;
    },
  ): Promise<void>;
  /** The newest trouble of a product that is not over; null: all is told. */
  trouble(
    product: ProductId,
  ): Promise<{ readonly deployment: DeploymentId; readonly message: string; readonly givenUp: boolean } | null>;
}

export interface DueReport {
  readonly product: ProductId;
  readonly deployment: DeploymentId;
  readonly commit: CommitSha;
  readonly state: ReportState;
  readonly receipt: ReportReceipt | null;
  /** Tries in vain so far, for this state. */
  readonly tries: number;
}
