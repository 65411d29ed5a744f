import type { ServiceSettings, SettingName } from "../../model/service-settings.ts";
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

export function readSettings({ health, memory, cpus }: SettingChanges): Partial<ServiceSettings> {
  return {
    ...changed("path", health.path, (path) => path),
    ...changed("intervalMs", health.interval, parseDurationMs),
    ...changed("tryTimeoutMs", health.tryTimeout, parseDurationMs),
    ...changed("timeoutMs", health.timeout, parseDurationMs),
    ...changed("successes", health.successes, (count) => count),
    ...changed("memoryBytes", memory, parseMemoryBytes),
    ...changed("cpus", cpus, (count) => count),
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

function changed<Written>(
  name: SettingName,
  written: Written | null | undefined,
  read: (written: Written) => string | number | null,
): Partial<ServiceSettings> {
  return written === undefined ? {} : { [name]: written === null ? null : read(written) };
}
