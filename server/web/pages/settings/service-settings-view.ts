import type { ServiceSettingsView, SettingField } from "../../../../views/settings/service-settings-card.tsx";
import type { ServiceKind, ServiceSpec } from "../../../model/deployment/spec.ts";
import { nothingSet, type ServiceSettings, type SettingName, usualSettings } from "../../../model/service-settings.ts";
import { writtenDuration } from "../../../model/values/duration.ts";
import { pendingSettings } from "../../../rules/settings/pending-settings.ts";
import { writtenSettings } from "../../../rules/settings/written-settings.ts";
import { durationText } from "../../../rules/wording/duration-text.ts";

/** The values of a form that was refused. */
export interface RefusedSettings {
  readonly service: string;
  /** Keyed by field name. */
  readonly typed: Readonly<Record<string, string>>;
  readonly field: string | null;
  readonly message: string;
}

/** The names are those of the form's fields. The order is the page's. */
const fields: readonly { readonly name: string; readonly setting: SettingName; readonly label: string }[] = [
  { name: "path", setting: "path", label: "Health check path" },
  { name: "successes", setting: "successes", label: "Required successes" },
  { name: "timeout", setting: "timeoutMs", label: "Startup timeout" },
  { name: "interval", setting: "intervalMs", label: "Interval" },
  { name: "tryTimeout", setting: "tryTimeoutMs", label: "Request timeout" },
  { name: "memory", setting: "memoryBytes", label: "Memory" },
  { name: "cpus", setting: "cpus", label: "CPUs" },
];

/** The settings that apply to each kind of service; limits apply to all of them. */
const askedOf: Readonly<Record<ServiceKind, readonly SettingName[]>> = {
  web: ["path", "successes", "timeoutMs", "intervalMs", "tryTimeoutMs", "memoryBytes", "cpus"],
  tcp: ["successes", "timeoutMs", "intervalMs", "tryTimeoutMs", "memoryBytes", "cpus"],
  worker: ["timeoutMs", "memoryBytes", "cpus"],
  init: ["memoryBytes", "cpus"],
};

export function serviceSettingsViews(facts: {
  /** The services of the version that was deployed last. */
  readonly services: readonly ServiceSpec[];
  /** The services of the live version. */
  readonly live: readonly ServiceSpec[];
  readonly set: ReadonlyMap<string, ServiceSettings>;
  readonly healthTimeoutMs: number;
  readonly workerUpMs: number;
  readonly refused: RefusedSettings | null;
}): readonly ServiceSettingsView[] {
  const { services, live, set, healthTimeoutMs, workerUpMs, refused } = facts;
  const pending = pendingSettings(live, set);
  const names = new Set([...services.map(({ name }) => name), ...set.keys()]);
  return [...names].map((name) => {
    const service = services.find((one) => one.name === name) ?? null;
    const asked = askedOf[service?.kind ?? "web"];
    return {
      name,
      summary: service ? [healthText(service, workerUpMs), limitsText(service)] : [],
      isPending: pending.includes(name),
      fields: fields
        .filter(({ setting }) => asked.includes(setting))
        .map((field) =>
          fieldView(
            field,
            service,
            set.get(name) ?? nothingSet,
            healthTimeoutMs,
            refused?.service === name ? refused : null,
          ),
        ),
    };
  });
}

function fieldView(
  { name, setting, label }: (typeof fields)[number],
  service: ServiceSpec | null,
  set: ServiceSettings,
  healthTimeoutMs: number,
  refused: RefusedSettings | null,
): SettingField {
  const isSaid = service?.settings?.inRepository.includes(setting) === true;
  return {
    name,
    label,
    value: refused?.typed[name] ?? written(set, setting),
    usual:
      setting === "timeoutMs"
        ? writtenDuration(healthTimeoutMs)
        : written({ ...nothingSet, ...usualSettings }, setting) || "no limit",
    fromRepository: isSaid ? written({ ...service.health, ...service.limits }, setting) : null,
    error: refused?.field === name ? refused.message : null,
  };
}

function written(settings: ServiceSettings, name: SettingName): string {
  const { health, memory, cpus } = writtenSettings(settings);
  const all: Readonly<Record<SettingName, string | number | null>> = {
    path: health.path,
    intervalMs: health.interval,
    tryTimeoutMs: health.tryTimeout,
    timeoutMs: health.timeout,
    successes: health.successes,
    memoryBytes: memory,
    cpus,
  };
  return String(all[name] ?? "");
}

function healthText({ kind, health }: ServiceSpec, workerUpMs: number): string {
  const { path, successes, timeoutMs } = health;
  const within = `within ${durationText(timeoutMs)}`;
  const times = successes === 1 ? "once" : `${successes} times in a row`;
  switch (kind) {
    case "web":
      return `Healthy when GET ${path} returns 2xx or 3xx ${times} ${within}.`;
    case "tcp":
      return `Healthy when its port accepts connections ${times} ${within}.`;
    case "worker":
      return `Healthy when it has been up for ${durationText(workerUpMs)}, ${within}.`;
    case "init":
      return "Runs to completion before the other services start.";
  }
}

function limitsText({ limits }: ServiceSpec): string {
  const mebibytes = Math.round(limits.memoryBytes / 1024 ** 2);
  const memory = `${mebibytes % 1024 === 0 ? `${mebibytes / 1024} GiB` : `${mebibytes} MiB`} of memory`;
  const cpus = limits.cpus === null ? [] : [`${limits.cpus} CPUs`];
  return `At most ${[memory, ...cpus, `${limits.pids} processes`].join(", ")}.`;
}
