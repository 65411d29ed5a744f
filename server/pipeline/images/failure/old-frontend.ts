import type { BuildRecipe } from "../../../../builder/plan/plan.ts";
import type { BuildFailed } from "../../../ports/engine/images.ts";

/** The first Docker whose own frontend understands here-documents and COPY --link. */
const firstWithNewerSyntax = 23;

/**
 * The sentence for a Dockerfile that this engine's frontend is too old for, or whose `# syntax` line names a frontend
 * that cannot be pulled. Null when the build failed for another reason. Pure.
 */
export function explainOldFrontend(
  recipe: Pick<BuildRecipe, "dockerfile" | "newerSyntax">,
  error: BuildFailed,
  engineVersion: string,
): { readonly message: string; readonly hint: string } | null {
  const newer = recipe.newerSyntax ?? null;
  const isOld = Number.parseInt(engineVersion, 10) < firstWithNewerSyntax;
  const frontendMissing = /^docker\/dockerfile\b/.test(error.missingBase ?? "");
  const update = `Update Docker to ${firstWithNewerSyntax} or newer, or make the registry reachable and begin ${recipe.dockerfile} with "# syntax=docker/dockerfile:1".`;

  if (frontendMissing) {
    const needed = newer !== null && isOld;
    return {
      message: `the frontend ${error.missingBase}, which the "# syntax" line of ${recipe.dockerfile} names, cannot be pulled`,
      hint: needed
        ? `Docker ${engineVersion} needs it, because line ${newer.line} has ${newer.feature}. Make the registry reachable, or update Docker to ${firstWithNewerSyntax} or newer and remove the "# syntax" line.`
        : `Docker ${engineVersion} understands the file without it: remove the line, or make the registry reachable.`,
    };
  }
  if (newer === null || !isOld || error.exitCode !== null || error.missingBase !== null) return null;
  return {
    message: `Docker ${engineVersion} does not understand line ${newer.line} of ${recipe.dockerfile}: it has ${newer.feature}`,
    hint: update,
  };
}
