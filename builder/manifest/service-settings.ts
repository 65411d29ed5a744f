import {
  nothingSet,
  type ServiceSettings,
  type SettingName,
  type SettingSources,
  settingNames,
  usualSettings,
} from "../../server/model/service-settings.ts";
import { writtenDuration } from "../../server/model/values/duration.ts";
import { writtenMemory } from "../../server/model/values/memory-size.ts";
import { cpusWithin, type MachineCapacity, memoryWithin, tooManyCpus, tooMuchMemory } from "../images/machine.ts";
import type { ServicePlan } from "../plan/plan.ts";

/** Settings made outside the repository, by service. */
export type SettingsByService = ReadonlyMap<string, ServiceSettings>;

/** Settings of a service in the repository; undefined and null mean that a setting is absent. */
export type Said = { readonly [Name in SettingName]?: ServiceSettings[Name] | undefined };

interface Settled extends Pick<ServicePlan, "health"> {
  readonly limits: Pick<ServicePlan["limits"], "memoryBytes" | "cpus">;
  readonly settings: SettingSources;
}

/**
 * Settles each value: the repository's, else the one set outside it, else the default, within the machine's capacity.
 * `timeoutMs` is the default timeout.
 */
export function settle(
  said: Said,
  timeoutMs: number,
  set: ServiceSettings = nothingSet,
  machine?: MachineCapacity,
): Settled {
  const usual = { ...usualSettings, timeoutMs };
  return {
    health: {
      path: said.path ?? set.path ?? usual.path,
      intervalMs: said.intervalMs ?? set.intervalMs ?? usual.intervalMs,
      tryTimeoutMs: said.tryTimeoutMs ?? set.tryTimeoutMs ?? usual.tryTimeoutMs,
      timeoutMs: said.timeoutMs ?? set.timeoutMs ?? usual.timeoutMs,
      successes: said.successes ?? set.successes ?? usual.successes,
    },
    limits: {
      memoryBytes: memoryWithin(said.memoryBytes ?? set.memoryBytes ?? usual.memoryBytes, machine),
      cpus: cpusWithin(said.cpus ?? set.cpus ?? usual.cpus, machine),
    },
    settings: { set, inRepository: settingNames.filter((name) => (said[name] ?? null) !== null) },
  };
}

/** Describes each setting in one line: the value that applies, and where it comes from. */
export function describeSettings(services: readonly ServicePlan[], all: SettingsByService): readonly string[] {
  const nowhere = [...all.keys()].filter((name) => !services.some((service) => service.name === name));
  return [
    ...services.flatMap(describeService),
    ...nowhere.map((name) => `The settings of ${name} are not applied: this version has no such service`),
  ];
}

/** Returns one line for each setting of a service that exceeds the machine's capacity. */
export function settingsBeyond(
  services: readonly ServicePlan[],
  machine: MachineCapacity | undefined,
): readonly string[] {
  return services.flatMap(({ name, settings }) => {
    const isSet = (setting: SettingName) => settings !== undefined && !settings.inRepository.includes(setting);
    const found = [
      isSet("cpus") ? tooManyCpus(settings?.set.cpus, machine) : null,
      isSet("memoryBytes") ? tooMuchMemory(settings?.set.memoryBytes, machine) : null,
    ];
    return found.flatMap((words) => (words === null ? [] : [`${name}: its setting ${words}`]));
  });
}

function describeService({ name, health, limits, settings }: ServicePlan): readonly string[] {
  if (!settings) return [];
  const words = inWords({ ...health, ...limits });
  return settingNames
    .filter((setting) => settings.set[setting] !== null)
    .map((setting) => {
      const isOverruled = settings.inRepository.includes(setting);
      return `${name}: ${words[setting]} (${isOverruled ? "the repository sets it, which takes precedence over the settings" : "settings"})`;
    });
}

function inWords(counts: ServicePlan["health"] & ServicePlan["limits"]): Readonly<Record<SettingName, string>> {
  return {
    path: `health path ${counts.path}`,
    intervalMs: `a check at least every ${writtenDuration(counts.intervalMs)}`,
    tryTimeoutMs: `${writtenDuration(counts.tryTimeoutMs)} for one check`,
    timeoutMs: `healthy within ${writtenDuration(counts.timeoutMs)}`,
    successes: `${counts.successes} checks in a row`,
    memoryBytes: `at most ${writtenMemory(counts.memoryBytes)} of memory`,
    cpus: `at most ${counts.cpus} CPUs`,
  };
}
