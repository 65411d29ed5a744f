import type { HealthSpec } from "./deployment/health-spec.ts";
import type { ResourceLimits } from "./deployment/resource-limits.ts";

/**
 * What is set about a service beside its repository: it counts where the repository does not say. Units are those of
 * HealthSpec and ResourceLimits. Null: not set, so the usual counts.
 */
export type ServiceSettings = { readonly [Name in keyof Settable]: Settable[Name] | null };

type Settable = HealthSpec & Pick<ResourceLimits, "memoryBytes"> & { readonly cpus: number };

export type SettingName = keyof ServiceSettings;

export const settingNames = [
  "path",
  "intervalMs",
  "tryTimeoutMs",
  "timeoutMs",
  "successes",
  "memoryBytes",
  "cpus",
] as const satisfies readonly SettingName[];

export const nothingSet: ServiceSettings = {
  path: null,
  intervalMs: null,
  tryTimeoutMs: null,
  timeoutMs: null,
  successes: null,
  memoryBytes: null,
  cpus: null,
};

/** What counts where nobody says. How long a service may take to become healthy is the server's to say. */
export const usualSettings = {
  path: "/",
  intervalMs: 1000,
  tryTimeoutMs: 5000,
  successes: 3,
  memoryBytes: 1024 ** 3,
  cpus: null,
} as const satisfies Omit<ServiceSettings, "timeoutMs">;

/** Where a version's health check and limits come from. */
export interface SettingSources {
  /** As they were set when the version was planned. */
  readonly set: ServiceSettings;
  /** What the repository says itself, which wins. */
  readonly inRepository: readonly SettingName[];
}
