import { and, asc, eq, inArray, isNull } from "drizzle-orm";
import type { InstallationId } from "../../model/names/ids.ts";
import { type ServiceSettings, settingNames } from "../../model/service-settings.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { serviceSettings } from "../schema/user-settings.ts";

export async function settingsOf(
  queries: Queries,
  installation: InstallationId,
): Promise<ReadonlyMap<string, ServiceSettings>> {
  return (await settingsOfAll(queries, [installation])).get(installation) ?? new Map();
}

/** The same for several installations. One without settings is left out. */
export async function settingsOfAll(
  queries: Queries,
  ids: readonly InstallationId[],
): Promise<ReadonlyMap<InstallationId, ReadonlyMap<string, ServiceSettings>>> {
  const rows = await queries
    .select()
    .from(serviceSettings)
    .where(inArray(serviceSettings.installationId, [...ids]))
    .orderBy(asc(serviceSettings.service));
  const groups = new Map<InstallationId, Map<string, ServiceSettings>>();
  for (const { installationId, service, ...settings } of rows) {
    groups.set(installationId, (groups.get(installationId) ?? new Map()).set(service, settings));
  }
  return groups;
}

export async function setServiceSettings(
  { tx }: Transaction,
  installationId: InstallationId,
  service: string,
  changes: Partial<ServiceSettings>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  const { installationId: ofInstallation, service: ofService } = serviceSettings;
  await tx
    .insert(serviceSettings)
    .values({ installationId, service, ...changes })
    .onConflictDoUpdate({ target: [ofInstallation, ofService], set: { ...changes } });
  const isEmpty = settingNames.map((name) => isNull(serviceSettings[name]));
  await tx.delete(serviceSettings).where(and(eq(ofInstallation, installationId), eq(ofService, service), ...isEmpty));
}
