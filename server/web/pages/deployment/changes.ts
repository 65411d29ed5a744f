import { type ChangesView, shownCommits } from "../../../../views/redeploy/changes.tsx";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import { specOf } from "../../../model/deployment/deployment.ts";
import type { ProductId } from "../../../model/names/ids.ts";
import type { Git } from "../../../ports/git.ts";
import { variableChanges } from "../../../rules/settings/version-changes.ts";

/** The differences between two versions: the commits between them, and variables by name. */
export async function changesBetween(
  git: Git,
  product: ProductId,
  from: Deployment,
  to: Deployment,
  signal: AbortSignal,
): Promise<ChangesView> {
  const [old, next] = [from.commit?.sha, to.commit?.sha];
  const between = async (a: typeof old, b: typeof old) =>
    a && b && a !== b ? git.commitsBetween(product, a, b, shownCommits + 1, signal) : [];
  const [added, undone] = await Promise.all([between(old, next), between(next, old)]);
  const [before, after] = [specOf(from)?.variables, specOf(to)?.variables];
  return { added, undone, variables: before && after ? variableChanges(before, after) : noChanges };
}

const noChanges: ChangesView["variables"] = { added: [], removed: [], changed: [] };
