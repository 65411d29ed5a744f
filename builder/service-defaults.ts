import type { HealthSpec, ResourceLimits } from "../server/model/spec.ts";

/** What is given to an app that does not say which port it takes. */
export const defaultPort = 3000;
export const defaultStopGraceMs = 10_000;
export const defaultLimits: ResourceLimits = { memoryBytes: 1024 ** 3, pids: 512, cpus: null };

const defaultHealth: Omit<HealthSpec, "timeoutMs"> = { path: "/", intervalMs: 1000, tryTimeoutMs: 5000, successes: 3 };

/** What was asked for, and the usual where nothing was. */
export function healthOf(
  asked: { readonly [Key in keyof HealthSpec]?: HealthSpec[Key] | null | undefined },
  timeoutMs: number,
): HealthSpec {
  return {
    path: asked.path ?? defaultHealth.path,
    intervalMs: asked.intervalMs ?? defaultHealth.intervalMs,
    tryTimeoutMs: asked.tryTimeoutMs ?? defaultHealth.tryTimeoutMs,
    timeoutMs: asked.timeoutMs ?? timeoutMs,
    successes: asked.successes ?? defaultHealth.successes,
  };
}
