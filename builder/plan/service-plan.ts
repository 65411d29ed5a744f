import { plainContainer } from "../../server/model/deployment/spec.ts";
import type { MachineCapacity } from "../images/machine.ts";
import type { FolderStack } from "../manifest/manifest.ts";
import { defaultPids, defaultPort, defaultStopGraceMs } from "../manifest/service-defaults.ts";
import { type SettingsByService, settle } from "../manifest/service-settings.ts";
import type { Detected } from "./detected.ts";
import { type ImageSource, PlanProblem, type ServicePlan } from "./plan.ts";
import { replacedInPlace } from "./replaced-in-place.ts";

/** The facts that were detected about a service of a folder, before baton.yaml is applied. */
export interface Found extends Pick<Detected, "port" | "portSource"> {
  readonly kind: ServicePlan["kind"];
  /** The command; null runs the image's own. */
  readonly command: readonly string[] | null;
}

/** Settings that apply to services of every stack. */
export interface ServiceRules {
  readonly healthTimeoutMs: number;
  readonly settings: SettingsByService;
  /** The most that services may use; undefined when it is unknown. */
  readonly machine?: MachineCapacity | undefined;
}

/** Plans the main service of a stack from what was detected, with the settings of baton.yaml on top. */
export function planService(
  name: string,
  stack: FolderStack,
  found: Found,
  source: ImageSource,
  rules: ServiceRules,
): { readonly service: ServicePlan; readonly decisions: readonly string[] } {
  const kind = stack.kind ?? found.kind;
  if (stack.domains.length > 0 && kind !== "web") {
    throw new PlanProblem(`baton.yaml gives ${stack.name} domains, but a service of kind ${kind} has none`);
  }
  const { port, declared, decision } = choosePort(stack, found, kind);
  const service: ServicePlan = {
    ...planProcess(name, stack, { ...found, kind }, source, rules),
    kindReason: stack.kind === undefined ? null : `baton.yaml says ${stack.kind}`,
    port,
    portDeclared: declared,
    command: stack.command ?? found.command,
    domains: stack.domains,
    ...replicasOf(stack),
  };
  const command = stack.command ? [`Start: ${stack.command.join(" ")} (baton.yaml)`] : [];
  return { service, decisions: [...command, decision, ...sayStateful(service.stateful)] };
}

/** Plans any service of a stack, with the settings that all of them share. */
export function planProcess(
  name: string,
  stack: FolderStack,
  { kind, command }: Pick<Found, "kind" | "command">,
  source: ImageSource,
  { healthTimeoutMs, settings: all, machine }: ServiceRules,
): ServicePlan {
  const { memoryBytes, cpus } = stack;
  const { health, limits, settings } = settle(
    { ...stack.health, memoryBytes, cpus },
    healthTimeoutMs,
    all.get(name),
    machine,
  );
  const volumes = Object.entries(stack.volumes);
  return {
    name,
    kind,
    kindReason: null,
    port: null,
    portDeclared: false,
    command,
    environment: {},
    takesVariables: true,
    health,
    stopGraceMs: defaultStopGraceMs,
    limits: { ...limits, pids: defaultPids },
    settings,
    dependsOn: [],
    stateful: kind === "init" ? null : statefulReason(stack),
    strategy: stack.strategy ?? null,
    container: {
      ...plainContainer,
      mounts: volumes.map(([volume, path]) => ({ type: "volume", volume, path, readOnly: false })),
    },
    domains: [],
    source,
    at: stack.at,
  };
}

/** Of the main service; the others of a Procfile run once, unless a user sets another number. */
function replicasOf({ replicas, sticky = false }: FolderStack): Pick<ServicePlan, "replicas" | "sticky"> {
  return { ...(replicas !== undefined && { replicas }), ...(sticky && { sticky }) };
}

function statefulReason({ volumes, strategy }: FolderStack): string | null {
  return replacedInPlace({ volumes: Object.keys(volumes), strategy: strategy ?? null, saidBy: "baton.yaml" });
}

function sayStateful(reason: string | null): readonly string[] {
  return reason === null ? [] : [`The service ${reason}`];
}

interface Port {
  readonly port: number | null;
  readonly declared: boolean;
  readonly decision: string;
}

function choosePort(stack: FolderStack, found: Found, kind: ServicePlan["kind"]): Port {
  if (kind === "worker" || kind === "init") {
    const what = kind === "worker" ? "a worker" : "an init service";
    if (stack.port !== undefined)
      throw new PlanProblem(`baton.yaml gives ${stack.name} a port, but ${what} has none`, "Remove port:.");
    const why = kind === "worker" ? "a worker" : "it runs to completion before the others start";
    return { port: null, declared: false, decision: `No port: ${why}` };
  }
  if (stack.port !== undefined) {
    return { port: stack.port, declared: true, decision: `Port ${stack.port} (baton.yaml)` };
  }
  if (found.port !== null && found.portSource !== null) {
    return { port: found.port, declared: true, decision: `Port ${found.port} (${found.portSource})` };
  }
  if (kind === "tcp") {
    throw new PlanProblem(
      `baton.yaml says that ${stack.name} is of kind tcp, but nothing says which port it listens on`,
      "Set it with port: 5432 in baton.yaml, or EXPOSE in the Dockerfile.",
    );
  }
  const port = found.port ?? defaultPort;
  return { port, declared: false, decision: `Port ${port} (default; given to the app as PORT)` };
}
