import type { BuildRecipe } from "../../../../builder/plan/plan.ts";
import type { BuildFailed } from "../../../ports/engine/images.ts";

/**
 * The sentence for a Dockerfile that this engine's frontend is too old for, or whose `# syntax` line names a frontend
 * that cannot be pulled. Null when the build failed for another reason. Pure.
 */
export function explainOldFrontend(
  recipe: Pick<BuildRecipe, "dockerfile" | "newerSyntax">,
  error: BuildFailed,
  engineVersion: string,
): { readonly message: string; readonly hint: string } | null {
  const newer = recipe.newerSyntax?.find(({ since }) => !isAtLeast(engineVersion, since)) ?? null;
  const frontendMissing = /^docker\/dockerfile\b/.test(error.missingBase ?? "");
  const enough = newer && `${newer.since.replace(/\.0$/, "")} or newer`;

  if (frontendMissing) {
    return {
      message: `the frontend ${error.missingBase}, which the "# syntax" line of ${recipe.dockerfile} names, cannot be pulled`,
      hint:
        newer === null
          ? `Docker ${engineVersion} understands the file without it: remove the line, or make the registry reachable.`
          : `Docker ${engineVersion} needs it, because line ${newer.line} has ${newer.feature}. Make the registry reachable, or update Docker to ${enough} and remove the "# syntax" line.`,
    };
  }
  if (newer === null || error.exitCode !== null || error.missingBase !== null) return null;
  return {
    message: `Docker ${engineVersion} does not understand line ${newer.line} of ${recipe.dockerfile}: it has ${newer.feature}`,
    hint: `Update Docker to ${enough}, or make the registry reachable and begin ${recipe.dockerfile} with "# syntax=docker/dockerfile:1".`,
  };
}

/** Compares the first two numbers of Docker's version, such as 20.10.24+dfsg1. */
function isAtLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
