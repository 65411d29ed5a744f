import { type HealthSpec, plainContainer, type ResourceLimits } from "../server/model/spec.ts";
import type { Detected } from "./detected.ts";
import type { ManifestStack } from "./manifest.ts";
import { PlanProblem, type ServicePlan } from "./plan.ts";

/** What is given to an app that does not say which port it takes. */
const defaultPort = 3000;
const stopGraceMs = 10_000;
const defaultLimits: ResourceLimits = { memoryBytes: 1024 ** 3, pids: 512, cpus: null };
const defaultHealth: Omit<HealthSpec, "timeoutMs"> = { path: "/", intervalMs: 1000, tryTimeoutMs: 5000, successes: 3 };

/** What was found in the folder, with what baton.yaml says on top. */
export function planService(
  name: string,
  stack: ManifestStack,
  detected: Detected,
  healthTimeoutMs: number,
): { readonly service: ServicePlan; readonly decisions: readonly string[] } {
  const kind = stack.kind ?? detected.kind;
  const { port, declared, decision } = choosePort(stack, detected, kind);
  const { path, intervalMs, tryTimeoutMs, timeoutMs, successes } = stack.health;
  const service: ServicePlan = {
    name,
    kind,
    kindReason: null,
    port,
    portDeclared: declared,
    command: stack.command ?? null,
    environment: {},
    takesVariables: true,
    health: {
      path: path ?? defaultHealth.path,
      intervalMs: intervalMs ?? defaultHealth.intervalMs,
      tryTimeoutMs: tryTimeoutMs ?? defaultHealth.tryTimeoutMs,
      timeoutMs: timeoutMs ?? healthTimeoutMs,
      successes: successes ?? defaultHealth.successes,
    },
    stopGraceMs,
    limits: {
      memoryBytes: stack.memoryBytes ?? defaultLimits.memoryBytes,
      pids: defaultLimits.pids,
      cpus: stack.cpus ?? defaultLimits.cpus,
    },
    dependsOn: [],
    stateful: null,
    container: plainContainer,
    domains: [],
    source: { type: "build", recipe: { contextFolder: stack.path, ...detected.recipe } },
  };
  const command = stack.command ? [`Start: ${stack.command.join(" ")} (baton.yaml)`] : [];
  return { service, decisions: [...command, decision] };
}

interface Port {
  readonly port: number | null;
  readonly declared: boolean;
  readonly decision: string;
}

function choosePort(stack: ManifestStack, detected: Detected, kind: ServicePlan["kind"]): Port {
  if (kind === "worker") {
    if (stack.port !== undefined) throw new PlanProblem(`baton.yaml gives ${stack.name} a port, but a worker has none`);
    return { port: null, declared: false, decision: "No port: a worker" };
  }
  if (stack.port !== undefined) {
    return { port: stack.port, declared: true, decision: `Port ${stack.port} (baton.yaml)` };
  }
  if (detected.port !== null && detected.portSource !== null) {
    return { port: detected.port, declared: true, decision: `Port ${detected.port} (${detected.portSource})` };
  }
  if (kind === "tcp") {
    throw new PlanProblem(
      `baton.yaml says that ${stack.name} is of kind tcp, but nothing says on which port it listens`,
      "Name it: port: 5432 in baton.yaml, or EXPOSE in the Dockerfile.",
    );
  }
  const port = detected.port ?? defaultPort;
  return { port, declared: false, decision: `Port ${port} (default; given to the app as PORT)` };
}
