import { and, desc, eq, inArray, isNull, lt } from "drizzle-orm";
import type { OwnBackupStore } from "../../ports/store/own-backups.ts";
import type { Database } from "../postgres/database.ts";
import { ownBackups } from "../schema/backups.ts";

const unfinished = ["queued", "running"] as const;
const usualLimit = 100;

export function createOwnBackups(database: Database): OwnBackupStore {
  return {
    ...createRuns(database),

    requestOwn: (backup, at) =>
      database.write(async ({ tx }) => {
        // An index allows one that is not finished.
        const [made] = await tx
          .insert(ownBackups)
          .values({ ...backup, status: "queued", createdAt: at })
          .onConflictDoNothing()
          .returning();
        return made ?? null;
      }),

    async noteOwn({ place, file, bytes, tookMs }, at) {
      const startedAt = new Date(at.getTime() - tookMs);
      const row = { reason: "command", status: "done", createdAt: startedAt, startedAt, finishedAt: at } as const;
      await database.write(({ tx }) => tx.insert(ownBackups).values({ ...row, place, file, bytes }));
    },

    own: ({ kept, reason, before, limit = usualLimit }) =>
      database.read((queries) =>
        queries
          .select()
          .from(ownBackups)
          .where(
            and(
              reason === undefined ? undefined : eq(ownBackups.reason, reason),
              before === undefined ? undefined : lt(ownBackups.id, before),
              kept ? and(eq(ownBackups.status, "done"), isNull(ownBackups.removedAt)) : undefined,
            ),
          )
          .orderBy(desc(ownBackups.id))
          .limit(limit),
      ),

    async ownRemoved(id, at) {
      await database.write(({ tx }) => tx.update(ownBackups).set({ removedAt: at }).where(eq(ownBackups.id, id)));
    },
  };
}

function createRuns(database: Database): Pick<OwnBackupStore, "takeOwn" | "requeueOwn" | "finishOwn"> {
  return {
    takeOwn: (at) =>
      database.write(async ({ tx }) => {
        const [taken] = await tx
          .update(ownBackups)
          .set({ status: "running", startedAt: at })
          .where(eq(ownBackups.status, "queued"))
          .returning();
        return taken ?? null;
      }),

    async requeueOwn(id) {
      const waits = { status: "queued", startedAt: null } as const;
      const isRunning = and(eq(ownBackups.id, id), eq(ownBackups.status, "running"));
      await database.write(({ tx }) => tx.update(ownBackups).set(waits).where(isRunning));
    },

    async finishOwn(id, outcome, at) {
      const { place, file, bytes } = outcome.type === "done" ? outcome.archive : { place: null, file: null, bytes: 0 };
      const failure = outcome.type === "failed" ? outcome.failure : null;
      await database.write(({ tx }) =>
        tx
          .update(ownBackups)
          .set({ ...{ status: outcome.type, place, file, bytes, failure }, finishedAt: at })
          .where(and(eq(ownBackups.id, id), inArray(ownBackups.status, [...unfinished]))),
      );
    },
  };
}
