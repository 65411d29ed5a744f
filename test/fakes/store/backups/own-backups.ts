import type { OwnBackupId } from "../../../../server/model/names/ids.ts";
import type { OwnBackup } from "../../../../server/model/own-backup.ts";
import type { OwnBackupStore } from "../../../../server/ports/store/own-backups.ts";
import type { FakeRows } from "../rows.ts";

const isOpen = ({ status }: OwnBackup) => status === "queued" || status === "running";

export function createOwnBackups(rows: FakeRows, nextId: () => number): OwnBackupStore & { stopOwn(at: Date): void } {
  const { own } = rows.backup;
  const newestFirst = () => [...own.values()].sort((a, b) => b.id - a.id);
  const change = (row: OwnBackup, changes: Partial<OwnBackup>) => {
    const changed = { ...row, ...changes };
    own.set(row.id, changed);
    return changed;
  };
  const add = (row: Pick<OwnBackup, "reason" | "requestedBy" | "status" | "createdAt"> & Partial<OwnBackup>) => {
    const empty = { startedAt: null, finishedAt: null, place: null, file: null, bytes: 0, failure: null };
    const made: OwnBackup = { id: nextId() as OwnBackupId, ...empty, removedAt: null, ...row };
    own.set(made.id, made);
    return made;
  };
  return {
    requestOwn: async (backup, at) =>
      newestFirst().some(isOpen) ? null : add({ ...backup, status: "queued", createdAt: at }),
    async takeOwn(at) {
      const next = newestFirst().find(({ status }) => status === "queued");
      return next ? change(next, { status: "running", startedAt: at }) : null;
    },
    async requeueOwn(id) {
      const row = own.get(id);
      if (row?.status === "running") change(row, { status: "queued", startedAt: null });
    },
    async finishOwn(id, outcome, at) {
      const row = own.get(id);
      if (!row || !isOpen(row)) return;
      if (outcome.type === "failed") change(row, { status: "failed", failure: outcome.failure, finishedAt: at });
      else {
        const { tookMs: _, ...archive } = outcome.archive;
        change(row, { ...archive, status: "done", finishedAt: at });
      }
    },
    async noteOwn({ tookMs, ...archive }, at) {
      const startedAt = new Date(at.getTime() - tookMs);
      const row = { reason: "command", status: "done", requestedBy: null, createdAt: startedAt } as const;
      add({ ...row, ...archive, startedAt, finishedAt: at });
    },
    own: async ({ kept, reason, before, limit = 100 }) =>
      newestFirst()
        .filter((row) => reason === undefined || row.reason === reason)
        .filter((row) => before === undefined || row.id < before)
        .filter((row) => !kept || (row.status === "done" && row.removedAt === null))
        .slice(0, limit),
    async ownRemoved(id, at) {
      const row = own.get(id);
      if (row) change(row, { removedAt: at });
    },
    stopOwn(at) {
      for (const row of newestFirst()) if (row.status === "running") change(row, { status: "stopped", finishedAt: at });
    },
  };
}
