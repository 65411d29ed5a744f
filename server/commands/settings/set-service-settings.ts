import type { InstallationId } from "../../model/names/ids.ts";
import { readSettings, type SettingChanges } from "../../rules/settings/written-settings.ts";
import type { Uses } from "../adapters.ts";

/** Sets the health checks and limits of a service, which apply from the next deployment on. Omitted settings stay. */
export function setServiceSettings(
  { store }: Uses<"store">,
  id: InstallationId,
  service: string,
  changes: SettingChanges,
): Promise<void> {
  return store.installations.setServiceSettings(id, service, readSettings(changes));
}
