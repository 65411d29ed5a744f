import type { ServiceSpec } from "../../model/deployment/spec.ts";
import { nothingSet, type ServiceSettings, settingNames } from "../../model/service-settings.ts";

/** Names of services of a version that would have another health check or other limits if it were made now. */
export function pendingSettings(
  services: readonly ServiceSpec[],
  set: ReadonlyMap<string, ServiceSettings>,
): readonly string[] {
  return services.filter((service) => differs(service, set.get(service.name) ?? nothingSet)).map(({ name }) => name);
}

function differs({ health, limits, settings }: ServiceSpec, now: ServiceSettings): boolean {
  // Of a version that does not say what was set for it, what it has got is all there is to compare with.
  if (!settings) {
    const has = { ...health, ...limits };
    return settingNames.some((name) => now[name] !== null && now[name] !== has[name]);
  }
  return settingNames.some((name) => !settings.inRepository.includes(name) && now[name] !== settings.set[name]);
}
