import type { ServiceSettings } from "../../model/service-settings.ts";
import { parseDurationMs, writtenDuration } from "../../model/values/duration.ts";
import { parseMemoryBytes, writtenMemory } from "../../model/values/memory-size.ts";

/** Settings as people write them, like in baton.yaml. Null means not set. */
export interface WrittenSettings {
  readonly health: {
    readonly path: string | null;
    readonly interval: string | null;
    readonly tryTimeout: string | null;
    readonly timeout: string | null;
    readonly successes: number | null;
  };
  readonly memory: string | null;
  readonly cpus: number | null;
}

/** The checked settings to change. A setting that is left out stays as it is. */
export interface SettingChanges {
  readonly health: { readonly [Name in keyof WrittenSettings["health"]]?: WrittenSettings["health"][Name] | undefined };
  readonly memory?: string | null | undefined;
  readonly cpus?: number | null | undefined;
}

export function settingsAfter(before: ServiceSettings, { health, memory, cpus }: SettingChanges): ServiceSettings {
  return {
    path: changed(before.path, health.path, (path) => path),
    intervalMs: changed(before.intervalMs, health.interval, parseDurationMs),
    tryTimeoutMs: changed(before.tryTimeoutMs, health.tryTimeout, parseDurationMs),
    timeoutMs: changed(before.timeoutMs, health.timeout, parseDurationMs),
    successes: changed(before.successes, health.successes, (count) => count),
    memoryBytes: changed(before.memoryBytes, memory, parseMemoryBytes),
    cpus: changed(before.cpus, cpus, (count) => count),
  };
}

export function writtenSettings(settings: ServiceSettings): WrittenSettings {
  const { path, intervalMs, tryTimeoutMs, timeoutMs, successes, memoryBytes, cpus } = settings;
  const written = (ms: number | null) => (ms === null ? null : writtenDuration(ms));
  return {
    health: {
      path,
      interval: written(intervalMs),
      tryTimeout: written(tryTimeoutMs),
      timeout: written(timeoutMs),
      successes,
    },
    memory: memoryBytes === null ? null : writtenMemory(memoryBytes),
    cpus,
  };
}

function changed<Written, Value>(
  before: Value | null,
  asked: Written | null | undefined,
  read: (written: Written) => Value | null,
): Value | null {
  if (asked === undefined) return before;
  return asked === null ? null : read(asked);
}
