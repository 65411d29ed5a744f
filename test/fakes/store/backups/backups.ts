import type { Backup, Restore } from "../../../../server/model/backup.ts";
import { isOver } from "../../../../server/model/deployment/deployment.ts";
import type { BackupId, DeploymentId, RestoreId } from "../../../../server/model/names/ids.ts";
import type { BackupStore } from "../../../../server/ports/store/backups.ts";
import { type FakeRows, isGone } from "../rows.ts";
import { createDrills } from "./drills.ts";
import { createOwnBackups } from "./own-backups.ts";

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
  const { stopOwn, ...own } = createOwnBackups(rows, nextId);
  return {
    ...drills,
    ...own,
    async request({ installation, deployment, madeFor, ...backup }, at) {
      const made: Backup = {
        ...backup,
        ...{ id: nextId() as BackupId, installationId: installation, deploymentId: deployment },
        ...(madeFor === undefined
          ? { status: "queued", startedAt: null, madeForId: null }
          : { status: "running", startedAt: at, madeForId: madeFor }),
        ...{ createdAt: at, finishedAt: null, readBytes: 0, storedBytes: 0, files: [], frozenMs: 0 },
        ...{ facts: null, failure: null, removedAt: null },
      };
      backups.set(made.id, made);
      return made;
    },
    get: async (id) => backups.get(id) ?? null,
    list: async ({ installation, service, madeFor, unfinished, kept, before, limit = 100 }) =>
      newestFirst(backups.values())
        .filter((row) => installation === undefined || row.installationId === installation)
        .filter((row) => service === undefined || row.service === service)
        .filter((row) => madeFor === undefined || row.madeForId === madeFor)
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
    async forget(id) {
      const row = backups.get(id);
      if (row && isOpen(row)) backups.delete(id);
    },
    async removed(id, at) {
      change(id, { removedAt: at });
    },
    async failUnfinished(failure, at) {
      const failed = { status: "failed", failure, finishedAt: at } as const;
      const isLeft = (id: DeploymentId | null) => {
        const deployment = id === null ? undefined : rows.deployments.get(id);
        return !deployment || isOver(deployment.status);
      };
      for (const { id, status, deploymentId } of restores.values())
        if (status === "running" && isLeft(deploymentId)) changeRestore(id, failed);
      stopRunning(at);
      stopOwn(at);
      const running = newestFirst(backups.values()).filter(
        ({ status, madeForId }) => status === "running" && isLeft(madeForId),
      );
      return running.flatMap(({ id }) => change(id, failed) ?? []);
    },

    async requestRestore({ backup, installation, into, requestedBy, by }, at) {
      if ([...restores.values()].some((row) => row.installationId === installation && isOpen(row))) return null;
      const made: Restore = {
        ...{ id: nextId() as RestoreId, backupId: backup, installationId: installation, into, requestedBy },
        ...{ createdAt: at, finishedAt: null, restored: [], failure: null },
        ...(by
          ? { status: "running", deploymentId: by.deployment, safetyBackupId: by.safety }
          : { status: "queued", deploymentId: null, safetyBackupId: null }),
      };
      restores.set(made.id, made);
      return made;
    },
    restores: async ({ installation, deployment, unfinished, limit = 100 }) =>
      newestFirst(restores.values())
        .filter((row) => installation === undefined || row.installationId === installation)
        .filter((row) => deployment === undefined || row.deploymentId === deployment)
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
    async undone(id, why, at) {
      changeRestore(id, { status: "failed", failure: why, restored: [], finishedAt: at });
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
