import { isDeepStrictEqual } from "node:util";
import { type DeploymentSpec, type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import { placeOf } from "../rollout/same-container.ts";

/** Names that only one side has, and names whose values differ, each sorted. Values are never included. */
export interface VariableChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** The aspects in which two versions of a service can differ. */
export const serviceAspects = [
  "image",
  "kind",
  "port",
  "command",
  "environment",
  "health check",
  "dependencies",
  "volumes and files",
  "limits",
  "domains",
  "container options",
] as const;
export type ServiceAspect = (typeof serviceAspects)[number];

export interface ServiceChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly name: string; readonly what: readonly ServiceAspect[] }[];
}

/** What differs in the second of two versions. */
export interface VersionChanges {
  readonly sameCommit: boolean;
  readonly variables: VariableChanges;
  readonly services: ServiceChanges;
}

export function versionChanges(from: DeploymentSpec, to: DeploymentSpec): VersionChanges {
  return {
    sameCommit: from.commit === to.commit,
    variables: variableChanges(from.variables, to.variables),
    services: serviceChanges(servicesOf(from), servicesOf(to)),
  };
}

export function variableChanges(
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): VariableChanges {
  const [before, after] = [new Map(Object.entries(from)), new Map(Object.entries(to))];
  const names = (found: Iterable<string>, isMeant: (name: string) => boolean) => [...found].filter(isMeant).sort();
  return {
    added: names(after.keys(), (name) => !before.has(name)),
    removed: names(before.keys(), (name) => !after.has(name)),
    changed: names(after.keys(), (name) => before.has(name) && before.get(name) !== after.get(name)),
  };
}

/** The names of all variables that differ, sorted. */
export function changedNames({ added, removed, changed }: VariableChanges): readonly string[] {
  return [...added, ...removed, ...changed].sort();
}

function serviceChanges(from: readonly ServiceSpec[], to: readonly ServiceSpec[]): ServiceChanges {
  const [before, after] = [from, to].map((services) => new Map(services.map((service) => [service.name, service])));
  const changed = to.flatMap((service) => {
    const former = before?.get(service.name);
    const what = former ? aspectsThatDiffer(former, service) : [];
    return what.length > 0 ? [{ name: service.name, what }] : [];
  });
  return {
    added: to.filter(({ name }) => !before?.has(name)).map(({ name }) => name),
    removed: from.filter(({ name }) => !after?.has(name)).map(({ name }) => name),
    changed,
  };
}

function aspectsThatDiffer(from: ServiceSpec, to: ServiceSpec): readonly ServiceAspect[] {
  const [before, after] = [aspectsOf(from), aspectsOf(to)];
  return serviceAspects.filter((aspect) => !isDeepStrictEqual(before[aspect], after[aspect]));
}

/**
 * The reason for a service's kind, and the deployment that made its container, say nothing about the service itself.
 */
function aspectsOf(service: ServiceSpec): Readonly<Record<ServiceAspect, unknown>> {
  const { entrypoint, healthcheck, mounts, ...options } = service.container;
  return {
    image: [service.image, service.pulledAs],
    kind: service.kind,
    port: service.port,
    command: [service.command, entrypoint],
    environment: [service.environment, service.takesVariables],
    "health check": [service.health, healthcheck],
    dependencies: service.dependsOn,
    "volumes and files": [mounts.map(placeOf), service.stateful],
    limits: service.limits,
    domains: service.domains,
    "container options": [options, service.stopGraceMs],
  };
}
