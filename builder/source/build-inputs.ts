import type { BuildRecipe } from "../plan/plan.ts";

/**
 * All that decides what a build of one commit makes, as one text: two recipes with the same text make the same image.
 * It holds values of secrets, so it is compared and never kept.
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

/** Variables of the installation whose values go into the build. */
export function buildVariableNames({ buildVariables = [], buildSecrets = [] }: BuildRecipe): ReadonlySet<string> {
  return new Set([...buildVariables, ...buildSecrets]);
}
