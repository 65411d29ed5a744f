import type { PipelineContext } from "../../pipeline/context/context.ts";
import type { BackupTools } from "../../ports/backup/backup-tools.ts";
import type { OwnBackups } from "../../ports/backup/own-backups.ts";
import type { ReconcilerContext } from "../context.ts";

/** What the keeper of backups needs. */
export type BackupNeeds = Pick<
  ReconcilerContext,
  "instance" | "engine" | "git" | "mountFiles" | "store" | "clock" | "log"
> & {
  readonly machine: PipelineContext["machine"];
  readonly dataTurns: PipelineContext["dataTurns"];
  readonly limits: Pick<PipelineContext["limits"], "minFreeBytes">;
  readonly backupTools: BackupTools;
  readonly ownBackups: OwnBackups;
  /** Tells the reconciler that a container is missing. */
  readonly wakeReconciler: () => void;
};

export type BackupContext = BackupNeeds & { readonly signal: AbortSignal };

/** The sentence that a page shows about what went wrong. */
export function whyFailed(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n").slice(-6).join("\n") || "It failed without a reason";
}
