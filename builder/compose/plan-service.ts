import type { HealthSpec } from "../../server/model/spec.ts";
import type { ServicePlan } from "../plan.ts";
import { defaultLimits, defaultStopGraceMs, healthOf } from "../service-defaults.ts";
import type { ComposeProject, ComposeService } from "./compose-project.ts";
import { containerOptions } from "./container-options.ts";
import type { ServiceImage } from "./image-sources.ts";
import { type DockerfilePorts, kindOf } from "./service-kind.ts";
import { statefulReason } from "./stateful.ts";

/** What the engine does where a health check does not say. */
const engineIntervalMs = 30_000;
const engineRetries = 3;

/** A service of a compose file as Baton runs it. */
export function planComposeService(
  service: ComposeService,
  project: ComposeProject,
  { source }: ServiceImage,
  surroundings: { readonly dockerfilePorts: DockerfilePorts; readonly healthTimeoutMs: number },
): ServicePlan {
  const { dockerfilePorts, healthTimeoutMs } = surroundings;
  const isBuilt = source.type === "build";
  const decision = kindOf(service, project, dockerfilePorts);
  const hasPort = decision.kind === "web" || decision.kind === "tcp";
  const port = decision.port ?? (hasPort ? (dockerfilePorts.get(service.name) ?? null) : null);
  const { memoryBytes, pids, cpus } = service.limits;
  return {
    name: service.name,
    kind: decision.kind,
    kindReason: decision.reason,
    port,
    portDeclared: port !== null,
    command: service.command,
    environment: service.environment,
    takesVariables: isBuilt,
    health: healthFor(service, healthTimeoutMs),
    stopGraceMs: service.stopGraceMs ?? defaultStopGraceMs,
    limits: {
      memoryBytes: memoryBytes ?? defaultLimits.memoryBytes,
      pids: pids ?? defaultLimits.pids,
      cpus: cpus ?? defaultLimits.cpus,
    },
    dependsOn: service.dependsOn,
    // It runs to its end in each deployment, whatever it writes to.
    stateful: decision.kind === "init" ? null : statefulReason(service),
    container: containerOptions(service, isBuilt),
    domains: service.xBaton.domains,
    source,
  };
}

/** Where x-baton does not say, Baton is at least as patient as the file's own health check. */
function healthFor({ xBaton, healthcheck }: ComposeService, timeoutMs: number): HealthSpec {
  if (healthcheck === null || healthcheck.isDisabled) return healthOf(xBaton.health, timeoutMs);
  const tries = (healthcheck.intervalMs ?? engineIntervalMs) * (healthcheck.retries ?? engineRetries);
  return healthOf(xBaton.health, Math.max(timeoutMs, (healthcheck.startPeriodMs ?? 0) + tries));
}
