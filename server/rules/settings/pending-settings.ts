import type { ServiceSpec } from "../../model/deployment/spec.ts";
import { nothingSet, type ServiceSettings, settingNames } from "../../model/service-settings.ts";

/** Names of services whose health check or limits would differ if the version were deployed now. */
export function pendingSettings(
  services: readonly ServiceSpec[],
  set: ReadonlyMap<string, ServiceSettings>,
): readonly string[] {
  return services.filter((service) => differs(service, set.get(service.name) ?? nothingSet)).map(({ name }) => name);
}

function differs({ health, limits, settings }: ServiceSpec, now: ServiceSettings): boolean {
  // A version that does not record its settings can only be compared by what its containers have.
  if (!settings) {
    const has = { ...health, ...limits };
    return settingNames.some((name) => now[name] !== null && now[name] !== has[name]);
  }
  return settingNames.some((name) => !settings.inRepository.includes(name) && now[name] !== settings.set[name]);
}
