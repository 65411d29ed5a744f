import { defaultPids, defaultStopGraceMs } from "../../manifest/service-defaults.ts";
import { settle } from "../../manifest/service-settings.ts";
import type { ServicePlan } from "../../plan/plan.ts";
import type { ServiceRules } from "../../plan/service-plan.ts";
import { type DockerfilePorts, kindOf } from "../judge/service-kind.ts";
import { statefulReason } from "../judge/stateful.ts";
import type { ComposeProject, ComposeService } from "./compose-project.ts";
import type { ServiceImage } from "./image-sources.ts";

/** Docker's defaults where a health check does not set the value. */
const engineIntervalMs = 30_000;
const engineRetries = 3;

/** Turns a service of a compose file into the service that Baton runs. */
export function planComposeService(
  service: ComposeService,
  project: ComposeProject,
  { source }: ServiceImage,
  surroundings: ServiceRules & { readonly dockerfilePorts: DockerfilePorts },
): ServicePlan {
  const { dockerfilePorts, healthTimeoutMs } = surroundings;
  const isBuilt = source.type === "build";
  const decision = kindOf(service, project, dockerfilePorts);
  const hasPort = decision.kind === "web" || decision.kind === "tcp";
  const port = decision.port ?? (hasPort ? (dockerfilePorts.get(service.name) ?? null) : null);
  const { memoryBytes, pids, cpus } = service.limits;
  const { health, limits, settings } = settle(
    { ...service.xBaton.health, memoryBytes, cpus },
    patience(service, healthTimeoutMs),
    surroundings.settings.get(service.name),
    surroundings.machine,
  );
  return {
    name: service.name,
    kind: decision.kind,
    kindReason: decision.reason,
    port,
    portDeclared: port !== null,
    command: service.command,
    environment: service.environment,
    takesVariables: isBuilt,
    health,
    stopGraceMs: service.stopGraceMs ?? defaultStopGraceMs,
    limits: { ...limits, pids: pids ?? defaultPids },
    settings,
    dependsOn: service.dependsOn,
    // An init service runs to completion in each deployment, whatever it writes to.
    stateful: decision.kind === "init" ? null : statefulReason(service),
    strategy: service.xBaton.strategy,
    // A third-party image may bring its own init, which must be process 1 (s6-overlay).
    container: { ...service.container, init: service.init ?? isBuilt },
    domains: service.xBaton.domains,
    ...(service.replicas !== null && { replicas: service.replicas }),
    ...(service.xBaton.sticky && { sticky: true }),
    source,
    at: service.at,
  };
}

/** Returns how long Baton waits by default: at least as long as the file's own health check. */
function patience({ container: { healthcheck } }: ComposeService, timeoutMs: number): number {
  if (healthcheck === null || healthcheck.isDisabled) return timeoutMs;
  const tries = (healthcheck.intervalMs ?? engineIntervalMs) * (healthcheck.retries ?? engineRetries);
  return Math.max(timeoutMs, (healthcheck.startPeriodMs ?? 0) + tries);
}
