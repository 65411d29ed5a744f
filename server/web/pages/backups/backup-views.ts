import type { BackupsProps, SourceView } from "../../../../views/backups/backups-props.ts";
import { type Backup, type Drill, usualPlan } from "../../../model/backup.ts";
import { specOf } from "../../../model/deployment/deployment.ts";
import { dataSources } from "../../../rules/backup/data-sources.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import type { PageNeeds } from "../page.ts";

/** How many backups of the history are shown. */
const shownBackups = 50;
const shownRestores = 10;
/** Enough for the last one of every service. */
const drillsLookedAt = 200;

/** Everything that the tab shows, apart from forms that were refused. */
export async function readBackups(
  { store }: Pick<PageNeeds, "store">,
  { installation }: InstallationRef,
): Promise<Omit<BackupsProps, "refused">> {
  const { id, liveDeploymentId } = installation;
  const [live, backups, restores, drills, plan, place] = await Promise.all([
    liveDeploymentId === null ? null : store.deployments.get(liveDeploymentId),
    store.backups.list({ installation: id, limit: shownBackups + 1 }),
    store.backups.restores({ installation: id, limit: shownRestores }),
    store.backups.drills({ installation: id, limit: drillsLookedAt }),
    store.backups.plan(id),
    store.backups.place(),
  ]);
  const spec = live && specOf(live);
  const sources = spec ? dataSources(spec) : [];
  return {
    isLive: live !== null,
    sources: sources.map((source) => sourceView(source, backups, drills)),
    plan: plan ?? usualPlan,
    backups: backups.slice(0, shownBackups),
    hasMore: backups.length > shownBackups,
    restores,
    placeText:
      place.type === "s3"
        ? `the bucket ${place.bucket} at ${new URL(place.endpoint).host}`
        : (place.path ?? "this server, in Baton’s own data folder"),
    isSameDisk: place.type === "folder",
  };
}

function sourceView(
  { service, what, method }: ReturnType<typeof dataSources>[number],
  backups: readonly Backup[],
  drills: readonly Drill[],
): SourceView {
  const own = backups.filter((backup) => backup.service === service);
  return {
    ...{ service, what, method },
    newest: own[0] ?? null,
    // One that was stopped says nothing.
    drill: drills.find((drill) => drill.service === service && drill.status !== "stopped") ?? null,
    lastDone: own.find(({ status, removedAt }) => status === "done" && removedAt === null) ?? null,
  };
}

/** Whether the page changes by itself soon. */
export function isUnderWay({ sources, ...runs }: Pick<BackupsProps, "sources" | "backups" | "restores">): boolean {
  const drills = sources.flatMap(({ drill }) => drill ?? []);
  return [...runs.backups, ...runs.restores, ...drills].some(({ finishedAt }) => finishedAt === null);
}
