import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { BackupStore } from "../../ports/store/backups.ts";
import type { Database } from "../postgres/database.ts";
import { backups, drills, ownBackups, restores } from "../schema/backups.ts";
import { deployments, installations } from "../schema/deployments.ts";

type Restores = Pick<
  BackupStore,
  "requestRestore" | "restores" | "takeRestore" | "noteSafety" | "finishRestore" | "undone" | "failUnfinished"
>;

const unfinished = ["queued", "running"] as const;
const usualLimit = 100;

export function createRestores(database: Database): Restores {
  return {
    ...createEndings(database),

    requestRestore: ({ backup, installation, by, ...restore }, at) =>
      database.write(async ({ tx }) => {
        // Two requests at once wait for each other here.
        await tx
          .select({ id: installations.id })
          .from(installations)
          .where(eq(installations.id, installation))
          .for("no key update");
        const open = and(eq(restores.installationId, installation), inArray(restores.status, [...unfinished]));
        if ((await tx.$count(restores, open)) > 0) return null;
        const [made] = await tx
          .insert(restores)
          .values({
            ...{ ...restore, backupId: backup, installationId: installation, createdAt: at },
            ...(by
              ? { status: "running", deploymentId: by.deployment, safetyBackupId: by.safety }
              : { status: "queued" }),
          })
          .returning();
        return made ?? null;
      }),

    restores: ({ installation, deployment, limit = usualLimit, ...only }) =>
      database.read((queries) =>
        queries
          .select()
          .from(restores)
          .where(
            and(
              installation === undefined ? undefined : eq(restores.installationId, installation),
              deployment === undefined ? undefined : eq(restores.deploymentId, deployment),
              only.unfinished ? inArray(restores.status, [...unfinished]) : undefined,
            ),
          )
          .orderBy(desc(restores.id))
          .limit(limit),
      ),

    takeRestore: () =>
      database.write(async ({ tx }) => {
        const [next] = await tx
          .select({ id: restores.id })
          .from(restores)
          .where(eq(restores.status, "queued"))
          .orderBy(asc(restores.id))
          .limit(1)
          .for("update", { skipLocked: true });
        if (!next) return null;
        const [taken] = await tx
          .update(restores)
          .set({ status: "running" })
          .where(eq(restores.id, next.id))
          .returning();
        return taken ?? null;
      }),
  };
}

function createEndings(
  database: Database,
): Pick<Restores, "noteSafety" | "finishRestore" | "undone" | "failUnfinished"> {
  return {
    async noteSafety(id, safetyBackupId) {
      await database.write(({ tx }) => tx.update(restores).set({ safetyBackupId }).where(eq(restores.id, id)));
    },

    async finishRestore(id, outcome, at) {
      const status = "failure" in outcome ? ("failed" as const) : ("done" as const);
      await database.write(({ tx }) =>
        tx
          .update(restores)
          .set({ ...outcome, status, finishedAt: at })
          .where(and(eq(restores.id, id), inArray(restores.status, [...unfinished]))),
      );
    },

    async undone(id, why, at) {
      const failed = { status: "failed", failure: why, restored: [], finishedAt: at } as const;
      await database.write(({ tx }) => tx.update(restores).set(failed).where(eq(restores.id, id)));
    },

    failUnfinished: (failure, at) =>
      database.write(async ({ tx }) => {
        const failed = { status: "failed", failure, finishedAt: at } as const;
        const isLeft = (deployment: AnyPgColumn) =>
          sql`not exists (select from ${deployments} where ${deployments.id} = ${deployment} and ${inArray(deployments.status, ["queued", "building", "deploying"])})`;
        await tx
          .update(restores)
          .set(failed)
          .where(and(eq(restores.status, "running"), isLeft(restores.deploymentId)));
        const stopped = { status: "stopped", finishedAt: at } as const;
        await tx.update(drills).set(stopped).where(eq(drills.status, "running"));
        await tx.update(ownBackups).set(stopped).where(eq(ownBackups.status, "running"));
        return tx
          .update(backups)
          .set(failed)
          .where(and(eq(backups.status, "running"), isLeft(backups.madeForId)))
          .returning();
      }),
  };
}
