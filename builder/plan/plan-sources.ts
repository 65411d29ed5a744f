import { type Taken, takenFrom } from "../dockerfile/dockerfile-sources.ts";
import { type SourceRules, whyRefused } from "../source/allowed-sources.ts";
import type { BuildRecipe, Finding, ServicePlan, StackPlan } from "./plan.ts";

/** Something that is fetched from outside the repository, and the place that says so. */
interface Use extends Pick<Finding, "file" | "line"> {
  readonly taken: Pick<Taken, "type" | "name" | "by">;
}

/**
 * Finds the images and the Dockerfile sources of all stacks that the rules do not allow. Images that Baton generates
 * are not checked, because their bases are the administrator's choice.
 */
export async function refusedSources(
  stacks: readonly StackPlan[],
  variables: Readonly<Record<string, string>>,
  rules: SourceRules,
): Promise<readonly Finding[]> {
  const uses = stacks.flatMap(({ services }) => services.flatMap((service) => usesOf(service, variables)));
  // Services that are built from the same recipe share its Dockerfile.
  const distinct = [...new Map(uses.map((use) => [JSON.stringify(use), use])).values()];
  const findings = distinct.map(async ({ taken, ...place }): Promise<Finding[]> => {
    const refused = await whyRefused(taken, rules);
    return refused ? [{ ...place, message: `${taken.by} ${refused.why}`, hint: refused.hint }] : [];
  });
  return (await Promise.all(findings)).flat();
}

function usesOf({ name, source, at }: ServicePlan, variables: Readonly<Record<string, string>>): readonly Use[] {
  if (source.type === "image") {
    const taken = { type: "image", name: source.reference, by: `services.${name}.image` } as const;
    return [{ taken, file: at?.file ?? null, line: at?.line ?? null }];
  }
  const { written } = source.recipe;
  if (written === undefined) return [];
  return takenFrom(written.text, givenTo(source.recipe, variables)).map(({ line, ...taken }) => ({
    taken,
    file: written.shownAs,
    line: line || null,
  }));
}

/** Returns the build arguments: those in the recipe, and the installation's variables that the build gets. */
function givenTo({ args, buildVariables = [] }: BuildRecipe, variables: Readonly<Record<string, string>>) {
  const known = Object.entries(variables).filter(([name]) => buildVariables.includes(name));
  return { ...Object.fromEntries(known), ...args };
}
