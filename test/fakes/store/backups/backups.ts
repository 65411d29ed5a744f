import type { Backup, Restore } from "../../../../server/model/backup.ts";
import type { BackupId, RestoreId } from "../../../../server/model/names/ids.ts";
import type { BackupStore } from "../../../../server/ports/store/backups.ts";
import { type FakeRows, isGone } from "../rows.ts";
import { createDrills } from "./drills.ts";

const isOpen = ({ status }: Pick<Backup, "status">) => status === "queued" || status === "running";
const newestFirst = <Row extends { readonly id: number }>(rows: Iterable<Row>) => [...rows].sort((a, b) => b.id - a.id);

export function createBackups(rows: FakeRows, nextId: () => number): BackupStore {
  const { backups, restores, plans } = rows.backup;
  const change = (id: BackupId, changes: Partial<Backup>) => {
    const row = backups.get(id);
    if (row) backups.set(id, { ...row, ...changes });
    return row ? { ...row, ...changes } : null;
  };
  const changeRestore = (id: RestoreId, changes: Partial<Restore>) => {
    const row = restores.get(id);
    if (row) restores.set(id, { ...row, ...changes });
    return row ? { ...row, ...changes } : null;
  };
  const { stopRunning, ...drills } = createDrills(rows, nextId);
  return {
    ...drills,
    async request({ installation, deployment, ...backup }, at) {
      const made: Backup = {
        ...backup,
        ...{ id: nextId() as BackupId, installationId: installation, deploymentId: deployment, status: "queued" },
        ...{ createdAt: at, startedAt: null, finishedAt: null, readBytes: 0, storedBytes: 0, files: [], frozenMs: 0 },
        ...{ facts: null, failure: null, removedAt: null },
      };
      backups.set(made.id, made);
      return made;
    },
    get: async (id) => backups.get(id) ?? null,
    list: async ({ installation, service, unfinished, kept, before, limit = 100 }) =>
      newestFirst(backups.values())
        .filter((row) => installation === undefined || row.installationId === installation)
        .filter((row) => service === undefined || row.service === service)
        .filter((row) => before === undefined || row.id < before)
        .filter((row) => !unfinished || isOpen(row))
        .filter((row) => !kept || (row.status === "done" && row.removedAt === null))
        .slice(0, limit),
    async take(at) {
      const next = newestFirst(backups.values()).findLast(({ status }) => status === "queued");
      return next ? change(next.id, { status: "running", startedAt: at }) : null;
    },
    async progress(id, readBytes, storedBytes) {
      if (backups.get(id)?.status === "running") change(id, { readBytes, storedBytes });
    },
    async finish(id, outcome, at) {
      const row = backups.get(id);
      if (!row || !isOpen(row)) return;
      if (outcome.type === "failed") change(id, { status: "failed", failure: outcome.failure, finishedAt: at });
      else {
        const { type: _, ...dumped } = outcome;
        change(id, { ...dumped, status: "done", finishedAt: at });
      }
    },
    async removed(id, at) {
      change(id, { removedAt: at });
    },
    async failUnfinished(failure, at) {
      const failed = { status: "failed", failure, finishedAt: at } as const;
      for (const { id, status } of restores.values()) if (status === "running") changeRestore(id, failed);
      stopRunning(at);
      const running = newestFirst(backups.values()).filter(({ status }) => status === "running");
      return running.flatMap(({ id }) => change(id, failed) ?? []);
    },

    async requestRestore({ backup, installation, into, requestedBy }, at) {
      if ([...restores.values()].some((row) => row.installationId === installation && isOpen(row))) return null;
      const made: Restore = {
        ...{ id: nextId() as RestoreId, backupId: backup, installationId: installation, into, requestedBy },
        ...{ status: "queued", createdAt: at, finishedAt: null, safetyBackupId: null, restored: [], failure: null },
      };
      restores.set(made.id, made);
      return made;
    },
    restores: async ({ installation, unfinished, limit = 100 }) =>
      newestFirst(restores.values())
        .filter((row) => installation === undefined || row.installationId === installation)
        .filter((row) => !unfinished || isOpen(row))
        .slice(0, limit),
    async takeRestore() {
      const next = newestFirst(restores.values()).findLast(({ status }) => status === "queued");
      return next ? changeRestore(next.id, { status: "running" }) : null;
    },
    async noteSafety(id, safetyBackupId) {
      changeRestore(id, { safetyBackupId });
    },
    async finishRestore(id, outcome, at) {
      const row = restores.get(id);
      if (!row || !isOpen(row)) return;
      changeRestore(id, { ...outcome, status: "failure" in outcome ? "failed" : "done", finishedAt: at });
    },

    plan: async (id) => plans.get(id) ?? null,
    async setPlan(id, plan) {
      plans.set(id, plan);
    },
    duePlans: async (now) =>
      [...plans].flatMap(([id, plan]) => {
        const installation = id as Parameters<BackupStore["plan"]>[0];
        const isDue = plan.cron !== null && plan.nextAt !== null && plan.nextAt <= now && !isGone(rows, installation);
        return isDue ? [{ ...plan, installation }] : [];
      }),

    place: async () => rows.backup.place,
    openPlace: async () => ({ place: rows.backup.place, secret: rows.backup.placeSecret }),
    async setPlace(place, secret) {
      rows.backup.place = place;
      if (place.type === "folder") rows.backup.placeSecret = null;
      else if (secret !== null) rows.backup.placeSecret = secret;
    },
    key: async () => rows.backup.key,
    async keyOrSet(key) {
      rows.backup.key ??= key;
      return rows.backup.key;
    },
  };
}
