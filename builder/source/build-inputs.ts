import type { BuildRecipe } from "../plan/plan.ts";

/**
 * Returns all inputs of a build of one commit as one text. Two recipes with the same text make the same image. The text
 * holds values of secrets, so it is compared and never stored.
 */
export function buildInputs(recipe: BuildRecipe, variables: Readonly<Record<string, string>>): string {
  const { contextFolder, dockerfile, generate, extraFiles, ignore, target, args, neededStages = null } = recipe;
  const given = [...buildVariableNames(recipe)].sort().flatMap((name) => {
    const value = variables[name];
    return value === undefined ? [] : [[name, value]];
  });
  return JSON.stringify([
    ...[contextFolder, dockerfile, generate?.((base) => base) ?? null, [...extraFiles].sort()],
    ...[ignore, target, Object.entries(args).sort(), neededStages, given],
  ]);
}

/** Names of the installation's variables whose values go into the build. */
export function buildVariableNames({ buildVariables = [], buildSecrets = [] }: BuildRecipe): ReadonlySet<string> {
  return new Set([...buildVariables, ...buildSecrets]);
}
