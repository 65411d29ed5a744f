import { type BuildRecipe, PlanProblem } from "../../../builder/plan/plan.ts";
import { buildInputs, buildVariableNames } from "../../../builder/source/build-inputs.ts";
import { type DeploymentSpec, type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import { canonical } from "../../rules/rollout/canonical.ts";
import type { DeploymentContext } from "../context/context.ts";
import { type PlannedTree, readPlan } from "../source/plan.ts";
import type { VersionInputs } from "../source/version-inputs.ts";

/** Images of a former version that can be reused, by service. */
export type ReusableImages = ReadonlyMap<string, Pick<ServiceSpec, "image" | "pulledAs">>;

/**
 * The images of a former version that the current plan of the same commit can reuse: pulled ones, and those whose build
 * would get the same input. The commit is planned once more with the former inputs to find out what was built. Logs
 * what is rebuilt, and why.
 */
export async function reusableImages(
  context: DeploymentContext,
  spec: DeploymentSpec,
  today: VersionInputs,
  planned: PlannedTree,
): Promise<ReusableImages> {
  const { journal } = context;
  const plannedThen = await planThen(context, spec, today, planned);
  // The same paths in another folder are other files.
  const isSameFolder = plannedThen?.rootDirectory === planned.rootDirectory;
  const [recipesThen, recipesNow] = [recipesOf(isSameFolder ? plannedThen : null), recipesOf(planned)];
  const reused = servicesOf(spec).filter(({ name, pulledAs }) => {
    const [then, now] = [recipesThen.get(name), recipesNow.get(name)];
    if (pulledAs !== null || !now) return true;
    if (then && buildInputs(then, spec.variables) === buildInputs(now, today.variables)) return true;
    journal.note(`${name} is rebuilt: ${whyRebuilt(then, now, spec.variables, today.variables)}`);
    return false;
  });
  if (reused.length === servicesOf(spec).length) journal.note("Its images are still here, so nothing is built");
  return new Map(reused.map(({ name, image, pulledAs }) => [name, { image, pulledAs }]));
}

/** Null when the commit can no longer be planned as it was, so that it is unknown what was built. */
async function planThen(
  context: DeploymentContext,
  spec: DeploymentSpec,
  today: VersionInputs,
  planned: PlannedTree,
): Promise<PlannedTree | null> {
  const then = { ...today, variables: spec.variables, buildSettings: spec.buildSettings ?? today.buildSettings };
  const [before, now] = [then, today].map(({ variables, buildSettings }) => canonical([variables, buildSettings]));
  if (before === now) return planned;
  try {
    return await readPlan(context, spec.commit, then);
  } catch (error) {
    if (error instanceof PlanProblem) return null;
    throw error;
  }
}

function recipesOf(planned: PlannedTree | null): ReadonlyMap<string, BuildRecipe> {
  const services = (planned?.plan.stacks ?? []).flatMap((stack) => stack.services);
  return new Map(services.flatMap(({ name, source }) => (source.type === "build" ? [[name, source.recipe]] : [])));
}

function whyRebuilt(
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
