import type { Drill } from "../../../../server/model/backup.ts";
import type { DrillId } from "../../../../server/model/names/ids.ts";
import type { DrillStore } from "../../../../server/ports/store/drills.ts";
import type { FakeRows } from "../rows.ts";

const isOpen = ({ status }: Drill) => status === "queued" || status === "running";

export function createDrills(rows: FakeRows, nextId: () => number): DrillStore & { stopRunning(at: Date): void } {
  const { drills } = rows.backup;
  const newestFirst = () => [...drills.values()].sort((a, b) => b.id - a.id);
  const change = (row: Drill, changes: Partial<Drill>) => {
    const changed = { ...row, ...changes };
    drills.set(row.id, changed);
    return changed;
  };
  return {
    async requestDrill({ backup, installation, service, requestedBy }, at) {
      const isSame = (row: Drill) => row.installationId === installation && row.service === service;
      if (newestFirst().some((row) => isSame(row) && isOpen(row))) return null;
      const made: Drill = {
        ...{ id: nextId() as DrillId, backupId: backup, installationId: installation, service, requestedBy },
        ...{
          status: "queued",
          createdAt: at,
          startedAt: null,
          finishedAt: null,
          facts: null,
          isHealthy: false,
          failure: null,
        },
      };
      drills.set(made.id, made);
      return made;
    },
    drills: async ({ installation, unfinished, limit = 100 }) =>
      newestFirst()
        .filter((row) => installation === undefined || row.installationId === installation)
        .filter((row) => !unfinished || isOpen(row))
        .slice(0, limit),
    async takeDrill(at) {
      const next = newestFirst().findLast(({ status }) => status === "queued");
      return next ? change(next, { status: "running", startedAt: at }) : null;
    },
    async finishDrill(id, { type: status, ...found }, at) {
      const row = drills.get(id);
      if (row && isOpen(row)) change(row, { ...found, status, finishedAt: at });
    },
    stopRunning(at) {
      for (const row of newestFirst()) if (row.status === "running") change(row, { status: "stopped", finishedAt: at });
    },
  };
}
