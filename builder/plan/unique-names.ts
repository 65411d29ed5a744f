import { isServiceName, longestServiceName } from "../../server/model/names/service-name.ts";
import type { Finding, ServicePlan, StackPlan } from "./plan.ts";

/**
 * Finds names and domains that are used twice. Services of a product find each other by name and the proxy finds
 * services by host, so both must be unique.
 */
export function sharedNames(stacks: readonly StackPlan[]): readonly Finding[] {
  const services = stacks.flatMap((stack) => stack.services);
  // Docker's DNS is case-insensitive.
  const names = pairs(
    services,
    ({ name }) => [name],
    (name) => name.toLowerCase(),
  );
  const domains = pairs(
    services,
    ({ domains }) => domains,
    (domain) => domain,
  );
  return [
    ...services
      .filter(({ name }) => !isServiceName(name))
      .map((service) => {
        const { name } = service;
        const message = `the name of the service ${name.slice(0, 40)}… has ${name.length} characters`;
        return finding(service, message, `Give it one of at most ${longestServiceName}.`);
      }),
    ...names.map(({ first, second }) => {
      const message = `${bothNames(first, second)}: ${placeOf(first)} and ${placeOf(second)}`;
      return finding(second, message, "Rename one of them: services of a product reach each other by name.");
    }),
    ...domains.map(({ value, first, second }) => {
      const message = `the domain ${value} is used twice: by ${first.name} and ${second.name}`;
      return finding(second, message, "Remove one of them: each domain is served by one service.");
    }),
  ];
}

/** Removes aliases that are the names of other services, because both services would answer to them. */
export function withoutTakenAliases(stacks: readonly StackPlan[]): {
  readonly stacks: readonly StackPlan[];
  readonly notes: readonly string[];
} {
  const names = new Set(stacks.flatMap(({ services }) => services.map(({ name }) => name)));
  const notes: string[] = [];
  function withoutTaken(service: ServicePlan): ServicePlan {
    const { name, container } = service;
    const taken = container.aliases.filter((alias) => alias !== name && names.has(alias));
    if (taken.length === 0) return service;
    notes.push(`${name} can't also be called ${taken.join(", ")}: there is a service with that name`);
    const aliases = container.aliases.filter((alias) => !taken.includes(alias));
    return { ...service, container: { ...container, aliases } };
  }
  return { stacks: stacks.map(({ name, services }) => ({ name, services: services.map(withoutTaken) })), notes };
}

/** Returns each value that two services share, with the first service that has it. */
function pairs(
  services: readonly ServicePlan[],
  valuesOf: (service: ServicePlan) => readonly string[],
  keyOf: (value: string) => string,
) {
  const firsts = new Map<string, ServicePlan>();
  return services.flatMap((second) =>
    valuesOf(second).flatMap((value) => {
      const first = firsts.get(keyOf(value));
      if (first) return [{ value, first, second }];
      firsts.set(keyOf(value), second);
      return [];
    }),
  );
}

function bothNames(first: ServicePlan, second: ServicePlan): string {
  return first.name === second.name
    ? `there are two services named ${first.name}`
    : `the names of the services ${first.name} and ${second.name} differ only in upper and lower case`;
}

function finding({ at }: ServicePlan, message: string, hint: string): Finding {
  return { file: at?.file ?? null, line: at?.line ?? null, message, hint };
}

function placeOf({ at, kindReason }: ServicePlan): string {
  if (at === null) return kindReason ?? "found in the repository";
  return at.line === null ? `in ${at.file}` : `in ${at.file} (line ${at.line})`;
}
