import type { Backup, BackupReason } from "../../model/backup.ts";
import { specOf } from "../../model/deployment/deployment.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import { backupFolder } from "../../rules/backup/backup-folder.ts";
import { dataSources } from "../../rules/backup/data-sources.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

export interface BackupRequest {
  readonly installation: InstallationId;
  /** Null backs up all services that have data. */
  readonly service: string | null;
  /** Null for a schedule. */
  readonly by: string | null;
  readonly reason?: Extract<BackupReason, "manual" | "schedule">;
}

/** Asks for backups of the live version's data. One that waits or runs already is not asked for again. */
export async function backUp(
  { store, clock, wakeBackups }: Uses<"store" | "clock" | "wakeBackups">,
  { installation, service, by, reason = "manual" }: BackupRequest,
): Promise<{ readonly type: "asked"; readonly backups: readonly Backup[] } | Refused> {
  const place = await store.installations.installedProduct(installation);
  if (!place) return refused("not_found", "there is no such product deployment");
  const { liveDeploymentId } = place.installation;
  const live = liveDeploymentId === null ? null : await store.deployments.get(liveDeploymentId);
  const spec = live && specOf(live);
  if (!live || !spec) return refused("conflict", "no version is live, so nothing can be asked for its data");
  const all = dataSources(spec);
  const chosen = service === null ? all : all.filter((source) => source.service === service);
  if (chosen.length === 0) {
    const names = all.map((source) => source.service).join(", ");
    return service === null
      ? refused("conflict", "the live version keeps no data: it has no database and no volume")
      : refused(
          "invalid",
          `the service "${service}" keeps no data; ${names === "" ? "none does" : `these do: ${names}`}`,
        );
  }
  const [plan, open] = await Promise.all([
    store.backups.plan(installation),
    store.backups.list({ installation, unfinished: true }),
  ]);
  const at = clock.now();
  const backups: Backup[] = [];
  for (const source of chosen) {
    const waiting = open.find((backup) => backup.service === source.service);
    const asked = { installation, service: source.service, method: source.method, reason, deployment: live.id };
    const folder = backupFolder(place, source.service, at, reason);
    const isEncrypted = plan?.isEncrypted ?? false;
    backups.push(waiting ?? (await store.backups.request({ ...asked, requestedBy: by, folder, isEncrypted }, at)));
  }
  wakeBackups();
  return { type: "asked", backups };
}
