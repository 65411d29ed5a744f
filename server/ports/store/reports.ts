import type { CommitSha, DeploymentId, ProductId } from "../../model/names/ids.ts";
import type { ReportReceipt, ReportState } from "../forge.ts";

/**
 * Reports to forges. They are not a list of messages, but the difference between a deployment's status and the one last
 * reported: nothing is lost when Baton dies, and after a long outage of a forge only the latest status is reported.
 */
export interface ReportStore {
  /** Deployments whose current status has not been reported to the forge and whose next attempt is due. */
  due(now: Date, limit: number): Promise<readonly DueReport[]>;
  reported(deployment: DeploymentId, state: ReportState, receipt: ReportReceipt): Promise<void>;
  /** Records a failed attempt. `nextTryAt` null means no further attempt for this state. */
  failed(
    deployment: DeploymentId,
    failure: {
      readonly state: ReportState;
      readonly message: string;
      readonly nextTryAt: Date | null;
      readonly receipt: ReportReceipt | null;
    },
  ): Promise<void>;
  /** The latest failure to report that has not been resolved; null when everything has been reported. */
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
  /** Failed attempts so far for this state. */
  readonly tries: number;
}
