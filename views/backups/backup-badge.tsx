import type { Backup } from "../../server/model/backup.ts";
import type { OwnBackup } from "../../server/model/own-backup.ts";
import { Badge } from "../ui/badge.tsx";

/** What became of a backup of a product's data, or of Baton itself. */
export function BackupBadge({ backup: { status, removedAt } }: { readonly backup: Backup | OwnBackup }) {
  if (removedAt !== null) return <Badge tone="off" icon="square" text="Removed" />;
  switch (status) {
    case "queued":
      return <Badge tone="wait" icon="clock" text="Waiting" />;
    case "running":
      return <Badge tone="busy" icon="spinner" text="Running" />;
    case "done":
      return <Badge tone="good" icon="check" text="Done" />;
    case "failed":
      return <Badge tone="bad" icon="cross" text="Failed" />;
    case "stopped":
      return <Badge tone="off" icon="square" text="Stopped" />;
  }
}
