import type { HealthSpec } from "./deployment/health-spec.ts";
import type { ResourceLimits } from "./deployment/resource-limits.ts";

/**
 * Settings of a service that do not come from the repository. They apply where the repository says nothing. Units are
 * those of HealthSpec and ResourceLimits. Null means not set, so the default applies.
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

/** The defaults. The time in which a service must become healthy is the server's own setting. */
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
  /** The settings when the version was planned. */
  readonly set: ServiceSettings;
  /** The settings that the repository makes itself; they take precedence. */
  readonly inRepository: readonly SettingName[];
}
