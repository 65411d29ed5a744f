import type { BuildRecipe } from "../plan/plan.ts";
import { ignoreRules } from "./ignore.ts";

/** The properties of a Git tree's entry that decide whether it goes into the context. Others are passed through. */
export interface ContextEntry {
  readonly path: string;
  readonly type: "file" | "executable" | "symlink" | "submodule";
}

/**
 * Returns the entries of a recipe's build context: those in its folder that its .dockerignore does not exclude. Paths
 * stay relative to the repository. The Dockerfile and .dockerignore always go in, as with `docker build`.
 */
export function contextEntries<Entry extends ContextEntry>(
  entries: readonly Entry[],
  recipe: Pick<BuildRecipe, "contextFolder" | "dockerfile" | "ignore">,
): { readonly entries: readonly Entry[]; readonly warnings: readonly string[] } {
  const rules = ignoreRules(recipe.ignore);
  const always = new Set([recipe.dockerfile, ".dockerignore", `${recipe.dockerfile}.dockerignore`]);
  const prefix = recipe.contextFolder === "" ? "" : `${recipe.contextFolder}/`;
  const chosen: Entry[] = [];
  const warnings: string[] = [];
  for (const entry of entries) {
    if (!entry.path.startsWith(prefix)) continue;
    const path = entry.path.slice(prefix.length);
    if (rules.ignores(path) && !always.has(path)) continue;
    if (entry.type === "submodule") {
      warnings.push(`${entry.path} is a Git submodule: its files are not part of this repository and are left out`);
    } else {
      chosen.push(entry);
    }
  }
  return { entries: chosen, warnings };
}
