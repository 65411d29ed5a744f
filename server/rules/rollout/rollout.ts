import { type Dependency, type DeploymentSpec, type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import { isStateful, type LiveSpec, replacedBy } from "./stateful.ts";

/** What happens to one service of a version. */
export interface RolloutStep {
  readonly stack: string;
  readonly service: ServiceSpec;
  /**
   * run: run it to completion. skip: an earlier version's run counts. keep: leave the running container alone. replace:
   * stop and keep the old container and start a new one in its place. start: start it beside whatever runs.
   */
  readonly action: "run" | "skip" | "keep" | "replace" | "start";
  /** Dependencies that must be satisfied first: those the user named, and init services before everything else. */
  readonly after: readonly Dependency[];
  /** Whether users wait while it is replaced. It then comes after all others have passed their checks. */
  readonly last: boolean;
}

/**
 * The order in which a version starts. Init services run after the stateful services and before everything they do not
 * depend on: a migration needs its database, and everything else needs the migration.
 */
export function rollout(spec: Pick<DeploymentSpec, "stacks">, live: LiveSpec | null): readonly RolloutStep[] {
  const implied = impliedDependencies(servicesOf(spec));
  const steps = spec.stacks.flatMap((stack) =>
    stack.services.map((service): RolloutStep => {
      const action = actionOf(service, live);
      const last = action === "replace" && service.kind === "web";
      return { stack: stack.name, service, action, after: implied(service), last };
    }),
  );
  return inOrder(steps);
}

function actionOf(service: ServiceSpec, live: LiveSpec | null): RolloutStep["action"] {
  if (service.kind === "init") return service.keptFrom === null ? "run" : "skip";
  if (service.keptFrom !== null) return "keep";
  return isStateful(service) && replacedBy(service, live) !== null ? "replace" : "start";
}

/** The dependencies of each service: those that the user named, and those that the kinds imply. */
function impliedDependencies(services: readonly ServiceSpec[]): (service: ServiceSpec) => readonly Dependency[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const inits = services.filter(({ kind }) => kind === "init");
  const reach = (from: ServiceSpec) => reachable(from, byName);
  // An init service without dependencies still needs the database that it works on.
  const keepers = services.filter(
    (service) => isStateful(service) && service.kind !== "web" && !inits.some(({ name }) => reach(service).has(name)),
  );
  const impliedFor = (init: ServiceSpec) => (init.dependsOn.length > 0 ? [] : keepers);
  const before = (init: ServiceSpec) => [
    ...reach(init),
    ...impliedFor(init).flatMap((one) => [one.name, ...reach(one)]),
  ];
  const early = new Set(inits.flatMap(before));

  return (service) => {
    // A dependency that is not part of the version (its profile is off) is ignored.
    const named = service.dependsOn.filter((each) => byName.has(each.service));
    const others =
      service.kind === "init"
        ? impliedFor(service).map(({ name }) => waitFor(name, "healthy"))
        : early.has(service.name)
          ? []
          : inits.map(({ name }) => waitFor(name, "completed"));
    return [...named, ...others.filter((each) => !named.some((known) => known.service === each.service))];
  };
}

function waitFor(service: string, condition: Dependency["condition"]): Dependency {
  return { service, condition, required: true };
}

/** All dependencies that the user named, direct and indirect. */
function reachable(from: ServiceSpec, byName: ReadonlyMap<string, ServiceSpec>): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (service: ServiceSpec) => {
    for (const { service: name } of service.dependsOn) {
      const next = byName.get(name);
      if (!next || seen.has(name)) continue;
      seen.add(name);
      visit(next);
    }
  };
  visit(from);
  return seen;
}

/**
 * Sorts each step after its dependencies, otherwise in the order of the files, with the steps that make users wait at
 * the end.
 */
function inOrder(steps: readonly RolloutStep[]): readonly RolloutStep[] {
  const ordered: RolloutStep[] = [];
  const left = [...steps];
  while (left.length > 0) {
    const placed = new Set(ordered.map(({ service }) => service.name));
    const ready = left.filter(({ after }) => after.every((each) => placed.has(each.service)));
    const next = ready.find(({ last }) => !last) ?? ready[0];
    if (!next) throw new Error(`services wait for each other: ${left.map(({ service }) => service.name).join(", ")}`);
    ordered.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return ordered;
}
