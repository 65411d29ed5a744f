import { and, asc, desc, eq, inArray, isNull, lt, lte, sql } from "drizzle-orm";
import type { Backup, BackupPlan } from "../../model/backup.ts";
import type { BackupStore } from "../../ports/store/backups.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { backupPlans, backups } from "../schema/backups.ts";
import { installations } from "../schema/deployments.ts";
import { createBackupSettings } from "./backup-settings.ts";
import { createDrills } from "./drills.ts";
import { createOwnBackups } from "./own-backups.ts";
import { createRestores } from "./restores.ts";

const unfinished = ["queued", "running"] as const;
const usualLimit = 100;

export function createBackupStore(database: Database, secrets: Secrets): BackupStore {
  return {
    ...createPlans(database),
    ...createBackupSettings(database, secrets),
    ...createRestores(database),
    ...createDrills(database),
    ...createOwnBackups(database),
    ...createRuns(database),

    request: ({ installation, deployment, madeFor, ...backup }, at) =>
      database.write(async ({ tx }) => {
        const row = { ...backup, installationId: installation, deploymentId: deployment };
        const state =
          madeFor === undefined
            ? ({ status: "queued" } as const)
            : ({ status: "running", startedAt: at, madeForId: madeFor } as const);
        const [made] = await tx
          .insert(backups)
          .values({ ...row, ...state, createdAt: at })
          .returning();
        return made as Backup;
      }),

    get: (id) =>
      database.read(async (queries) => {
        const [row] = await queries.select().from(backups).where(eq(backups.id, id));
        return row ?? null;
      }),

    list: ({ installation, service, madeFor, before, limit = usualLimit, ...only }) =>
      database.read((queries) =>
        queries
          .select()
          .from(backups)
          .where(
            and(
              installation === undefined ? undefined : eq(backups.installationId, installation),
              service === undefined ? undefined : eq(backups.service, service),
              madeFor === undefined ? undefined : eq(backups.madeForId, madeFor),
              before === undefined ? undefined : lt(backups.id, before),
              only.unfinished ? inArray(backups.status, [...unfinished]) : undefined,
              only.kept ? and(eq(backups.status, "done"), isNull(backups.removedAt)) : undefined,
            ),
          )
          .orderBy(desc(backups.id))
          .limit(limit),
      ),
  };
}

/** What happens to a backup after it has been asked for. */
function createRuns(database: Database): Pick<BackupStore, "take" | "progress" | "finish" | "forget" | "removed"> {
  return {
    take: (at) =>
      database.write(async ({ tx }) => {
        const [next] = await tx
          .select({ id: backups.id })
          .from(backups)
          .where(eq(backups.status, "queued"))
          .orderBy(asc(backups.id))
          .limit(1)
          .for("update", { skipLocked: true });
        if (!next) return null;
        const [taken] = await tx
          .update(backups)
          .set({ status: "running", startedAt: at })
          .where(eq(backups.id, next.id))
          .returning();
        return taken ?? null;
      }),

    async progress(id, readBytes, storedBytes) {
      await database.write(({ tx }) =>
        tx
          .update(backups)
          .set({ readBytes, storedBytes })
          .where(and(eq(backups.id, id), eq(backups.status, "running"))),
      );
    },

    async finish(id, outcome, at) {
      const changes =
        outcome.type === "failed"
          ? { status: "failed" as const, failure: outcome.failure }
          : { ...outcome, type: undefined, status: "done" as const };
      await database.write(({ tx }) =>
        tx
          .update(backups)
          .set({ ...changes, finishedAt: at })
          .where(and(eq(backups.id, id), inArray(backups.status, [...unfinished]))),
      );
    },

    async forget(id) {
      await database.write(({ tx }) =>
        tx.delete(backups).where(and(eq(backups.id, id), inArray(backups.status, [...unfinished]))),
      );
    },

    async removed(id, at) {
      await database.write(({ tx }) => tx.update(backups).set({ removedAt: at }).where(eq(backups.id, id)));
    },
  };
}

type Plans = Pick<BackupStore, "plan" | "setPlan" | "duePlans">;

function createPlans(database: Database): Plans {
  return {
    plan: (id) =>
      database.read(async (queries) => {
        const [row] = await queries.select().from(backupPlans).where(eq(backupPlans.installationId, id));
        if (!row) return null;
        const { installationId: _, ...plan } = row;
        return plan;
      }),

    async setPlan(installationId, plan) {
      const row: BackupPlan = plan;
      await database.write(({ tx }) =>
        tx
          .insert(backupPlans)
          .values({ installationId, ...row })
          .onConflictDoUpdate({ target: backupPlans.installationId, set: { ...row } }),
      );
    },

    duePlans: (now) => database.read((queries) => readDuePlans(queries, now)),
  };
}

async function readDuePlans(queries: Queries, now: Date) {
  const rows = await queries
    .select({ plan: backupPlans })
    .from(backupPlans)
    .innerJoin(installations, eq(installations.id, backupPlans.installationId))
    .where(and(lte(backupPlans.nextAt, now), isNull(installations.deletedAt), sql`${backupPlans.cron} is not null`))
    .orderBy(asc(backupPlans.installationId));
  return rows.map(({ plan: { installationId, ...plan } }) => ({ ...plan, installation: installationId }));
}
