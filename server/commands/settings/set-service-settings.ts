import type { InstallationId } from "../../model/names/ids.ts";
import { nothingSet } from "../../model/service-settings.ts";
import { type SettingChanges, settingsAfter } from "../../rules/settings/written-settings.ts";
import type { Uses } from "../adapters.ts";

/** Sets the health checks and limits of a service, which apply from the next deployment on. Omitted settings stay. */
export async function setServiceSettings(
  { store }: Uses<"store">,
  id: InstallationId,
  service: string,
  changes: SettingChanges,
): Promise<void> {
  const before = (await store.installations.serviceSettings(id)).get(service) ?? nothingSet;
  await store.installations.setServiceSettings(id, service, settingsAfter(before, changes));
}
