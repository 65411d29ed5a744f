import type { DataFacts, Drill } from "../../model/backup.ts";
import type { BackupId, DrillId, InstallationId } from "../../model/names/ids.ts";

/** Restore drills: each tries one backup. */
export interface DrillStore {
  /** Null when a drill of the same service is not finished. */
  requestDrill(drill: NewDrill, at: Date): Promise<Drill | null>;
  /** Newest first. */
  drills(filter: {
    readonly installation?: InstallationId;
    readonly unfinished?: boolean;
    readonly limit?: number;
  }): Promise<readonly Drill[]>;
  /** The oldest that waits becomes `running`. Null when none does. */
  takeDrill(at: Date): Promise<Drill | null>;
  finishDrill(id: DrillId, outcome: DrillOutcome, at: Date): Promise<void>;
}

export interface NewDrill {
  readonly backup: BackupId;
  readonly installation: InstallationId;
  readonly service: string;
  readonly requestedBy: string | null;
}

export type DrillOutcome =
  | { readonly type: "done"; readonly facts: DataFacts | null; readonly isHealthy: boolean }
  | { readonly type: "failed"; readonly failure: string }
  | { readonly type: "stopped" };
