import { and, asc, eq } from "drizzle-orm";
import type { InstallationId } from "../../model/names/ids.ts";
import { type ServiceSettings, settingNames } from "../../model/service-settings.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { serviceSettings } from "../schema/user-settings.ts";

export async function settingsOf(
  queries: Queries,
  installation: InstallationId,
): Promise<ReadonlyMap<string, ServiceSettings>> {
  const rows = await queries
    .select()
    .from(serviceSettings)
    .where(eq(serviceSettings.installationId, installation))
    .orderBy(asc(serviceSettings.service));
  return new Map(rows.map(({ installationId: _, service, ...settings }) => [service, settings]));
}

export async function setServiceSettings(
  { tx }: Transaction,
  installationId: InstallationId,
  service: string,
  settings: ServiceSettings,
): Promise<void> {
  const { installationId: ofInstallation, service: ofService } = serviceSettings;
  if (settingNames.every((name) => settings[name] === null)) {
    await tx.delete(serviceSettings).where(and(eq(ofInstallation, installationId), eq(ofService, service)));
    return;
  }
  await tx
    .insert(serviceSettings)
    .values({ installationId, service, ...settings })
    .onConflictDoUpdate({ target: [ofInstallation, ofService], set: { ...settings } });
}
