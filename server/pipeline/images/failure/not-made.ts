import type { BuildRecipe } from "../../../../builder/plan/plan.ts";
import type { Failure } from "../../../model/deployment/deployment.ts";
import type { BuildFailed } from "../../../ports/engine/images.ts";

/**
 * The sentence for a build that finished without making what it was expected to make. Null when it failed for another
 * reason. Pure.
 */
export function explainNotMade(
  { expected }: Pick<BuildRecipe, "expected">,
  { step }: BuildFailed,
): Pick<Failure, "message" | "hint"> | null {
  if (!expected || !step?.startsWith("test -f ")) return null;
  return { message: `the build did not create ${expected.path}`, hint: expected.hint };
}
