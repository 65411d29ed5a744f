import type { Place } from "./manifest.ts";
import type { Finding, ServicePlan } from "./plan.ts";
import type { PlannedService, PlannedStack } from "./planned-stack.ts";

/** Services of a product know each other by name, and the proxy knows services by host: both are there once. */
export function sharedNames(stacks: readonly PlannedStack[]): readonly Finding[] {
  const services = stacks.flatMap((stack) => stack.services);
  return [
    ...taken(services, ({ plan }) => [plan.name]).map(({ value, first, second }) =>
      finding(
        second,
        `the service ${value} is there twice: ${inWords(first)} and ${inWords(second)}`,
        "Rename one of them: services of a product know each other by name.",
      ),
    ),
    ...taken(services, ({ plan }) => plan.domains).map(({ value, first, second }) =>
      finding(
        second,
        `the domain ${value} is there twice: for ${first.plan.name} and ${second.plan.name}`,
        "Remove one of them: a host is answered by one service.",
      ),
    ),
  ];
}

/** A further name that is another service's own would be answered by both of them. */
export function withoutTakenAliases(services: readonly ServicePlan[]): {
  readonly services: ReadonlyMap<ServicePlan, ServicePlan>;
  readonly notes: readonly string[];
} {
  const names = new Set(services.map(({ name }) => name));
  const changed = new Map<ServicePlan, ServicePlan>();
  const notes: string[] = [];
  for (const service of services) {
    const { name, container } = service;
    const taken = container.aliases.filter((alias) => alias !== name && names.has(alias));
    if (taken.length === 0) continue;
    const aliases = container.aliases.filter((alias) => !taken.includes(alias));
    changed.set(service, { ...service, container: { ...container, aliases } });
    notes.push(`${name} is not known as ${taken.join(", ")} too: there is a service of that name`);
  }
  return { services: changed, notes };
}

/** Names of containers are told apart without regard to case, as host names are. */
function taken(services: readonly PlannedService[], namesOf: (service: PlannedService) => readonly string[]) {
  const first = new Map<string, PlannedService>();
  return services.flatMap((second) =>
    namesOf(second).flatMap((value) => {
      const before = first.get(value.toLowerCase());
      if (before) return [{ value, first: before, second }];
      first.set(value.toLowerCase(), second);
      return [];
    }),
  );
}

function finding({ at }: PlannedService, message: string, hint: string): Finding {
  return { file: at?.file ?? null, line: at?.line ?? null, message, hint };
}

function inWords({ at }: PlannedService): string {
  return at === null ? "found" : placeText(at);
}

function placeText({ file, line }: Place): string {
  return line === null ? `in ${file}` : `in ${file}, line ${line},`;
}
