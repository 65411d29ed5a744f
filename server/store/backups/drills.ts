import { and, asc, desc, eq, inArray } from "drizzle-orm";
import type { DrillStore } from "../../ports/store/drills.ts";
import type { Database } from "../postgres/database.ts";
import { drills } from "../schema/backups.ts";
import { installations } from "../schema/deployments.ts";

const unfinished = ["queued", "running"] as const;
const usualLimit = 100;

export function createDrills(database: Database): DrillStore {
  return {
    ...createRuns(database),

    requestDrill: ({ backup, installation, ...drill }, at) =>
      database.write(async ({ tx }) => {
        // Two requests at once wait for each other here.
        await tx
          .select({ id: installations.id })
          .from(installations)
          .where(eq(installations.id, installation))
          .for("no key update");
        const open = and(
          eq(drills.installationId, installation),
          eq(drills.service, drill.service),
          inArray(drills.status, [...unfinished]),
        );
        if ((await tx.$count(drills, open)) > 0) return null;
        const [made] = await tx
          .insert(drills)
          .values({ ...drill, backupId: backup, installationId: installation, status: "queued", createdAt: at })
          .returning();
        return made ?? null;
      }),

    drills: ({ installation, limit = usualLimit, ...only }) =>
      database.read((queries) =>
        queries
          .select()
          .from(drills)
          .where(
            and(
              installation === undefined ? undefined : eq(drills.installationId, installation),
              only.unfinished ? inArray(drills.status, [...unfinished]) : undefined,
            ),
          )
          .orderBy(desc(drills.id))
          .limit(limit),
      ),
  };
}

function createRuns(database: Database): Pick<DrillStore, "takeDrill" | "finishDrill"> {
  return {
    takeDrill: (at) =>
      database.write(async ({ tx }) => {
        const [next] = await tx
          .select({ id: drills.id })
          .from(drills)
          .where(eq(drills.status, "queued"))
          .orderBy(asc(drills.id))
          .limit(1)
          .for("update", { skipLocked: true });
        if (!next) return null;
        const [taken] = await tx
          .update(drills)
          .set({ status: "running", startedAt: at })
          .where(eq(drills.id, next.id))
          .returning();
        return taken ?? null;
      }),

    async finishDrill(id, { type: status, ...found }, at) {
      await database.write(({ tx }) =>
        tx
          .update(drills)
          .set({ ...found, status, finishedAt: at })
          .where(and(eq(drills.id, id), inArray(drills.status, [...unfinished]))),
      );
    },
  };
}
