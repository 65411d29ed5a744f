import { type BuildRecipe, PlanProblem } from "../../../builder/plan/plan.ts";
import { buildInputs, buildVariableNames } from "../../../builder/source/build-inputs.ts";
import { type DeploymentSpec, servicesOf } from "../../model/deployment/spec.ts";
import { canonical } from "../../rules/rollout/canonical.ts";
import type { DeploymentContext, PipelineContext } from "../context.ts";
import { type Given, type Planned, readPlan } from "../source/plan.ts";
import type { Former } from "./build.ts";

/**
 * Images of a former version that today's plan of the same commit uses again, by service: pulled ones, and those for
 * which the same would be built. What was built then is found by planning the commit with what it was given then.
 * Tells what is built again, and why.
 */
export async function formerImages(
  world: PipelineContext,
  work: DeploymentContext,
  spec: DeploymentSpec,
  today: Given,
  planned: Planned,
  signal: AbortSignal,
): Promise<Former> {
  const { journal } = work;
  const plannedThen = await planThen(world, work, spec, today, planned, signal);
  // The same paths in another folder are other files.
  const isSameFolder = plannedThen?.rootDirectory === planned.rootDirectory;
  const [recipesThen, recipesNow] = [recipesOf(isSameFolder ? plannedThen : null), recipesOf(planned)];
  const reused = servicesOf(spec).filter(({ name, pulledAs }) => {
    const [then, now] = [recipesThen.get(name), recipesNow.get(name)];
    if (pulledAs !== null || !now) return true;
    if (then && buildInputs(then, spec.variables) === buildInputs(now, today.variables)) return true;
    journal.note(`${name} is rebuilt: ${whyAgain(then, now, spec.variables, today.variables)}`);
    return false;
  });
  if (reused.length === servicesOf(spec).length) journal.note("Its images are still here, so nothing is built");
  return new Map(reused.map(({ name, image, pulledAs }) => [name, { image, pulledAs }]));
}

/** Null: the commit cannot be planned as it was then, so nothing is known about what was built. */
async function planThen(
  world: PipelineContext,
  work: DeploymentContext,
  spec: DeploymentSpec,
  today: Given,
  planned: Planned,
  signal: AbortSignal,
): Promise<Planned | null> {
  const then = { ...today, variables: spec.variables, buildSettings: spec.buildSettings ?? today.buildSettings };
  const [before, now] = [then, today].map(({ variables, buildSettings }) => canonical([variables, buildSettings]));
  if (before === now) return planned;
  try {
    return await readPlan(world, work, spec.commit, then, signal);
  } catch (error) {
    if (error instanceof PlanProblem) return null;
    throw error;
  }
}

function recipesOf(planned: Planned | null): ReadonlyMap<string, BuildRecipe> {
  const services = (planned?.plan.stacks ?? []).flatMap((stack) => stack.services);
  return new Map(services.flatMap(({ name, source }) => (source.type === "build" ? [[name, source.recipe]] : [])));
}

function whyAgain(
  then: BuildRecipe | undefined,
  now: BuildRecipe,
  before: DeploymentSpec["variables"],
  after: DeploymentSpec["variables"],
): string {
  const [old, current] = [then ? buildVariableNames(then) : new Set<string>(), buildVariableNames(now)];
  const valueIn = (names: ReadonlySet<string>, values: DeploymentSpec["variables"], name: string) =>
    names.has(name) ? values[name] : undefined;
  const changed = [...new Set([...old, ...current])]
    .filter((name) => valueIn(old, before, name) !== valueIn(current, after, name))
    .sort();
  if (!then || changed.length === 0) return "the input of its build changed";
  return `${changed.join(", ")} changed and ${changed.length === 1 ? "is" : "are"} part of its build`;
}
