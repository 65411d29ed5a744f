import { type Plan, PlanProblem } from "../../builder/plan.ts";
import { planTree } from "../../builder/plan-tree.ts";
import { sourceTree } from "../../builder/source-tree.ts";
import type { CommitSha } from "../model/ids.ts";
import { type TreeEntry, type TreeLimits, TreeTooLarge } from "../ports/git.ts";
import { DeploymentFailed } from "./deployment-failed.ts";
import type { Work, World } from "./work.ts";

/** Generous for real repositories, far from what a tree bomb makes of 100 KB. */
const treeLimits: TreeLimits = {
  maxEntries: 100_000,
  maxFileBytes: 512 * 1024 * 1024,
  maxTotalBytes: 2 * 1024 * 1024 * 1024,
};
/** Files that the plan reads: manifests and lockfiles. */
const maxReadBytes = 8 * 1024 * 1024;

/** Reads the commit's tree and decides what it is made of and how that is built. */
export async function planVersion(
  world: World,
  work: Work,
  commit: CommitSha,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan; readonly entries: readonly TreeEntry[] }> {
  const { product, journal } = work;
  journal.stage("plan", "Reading the repository");
  try {
    const entries = await world.git.listTree(product.id, commit, treeLimits, signal);
    const tree = sourceTree(entries, (path) => world.git.readFile(product.id, commit, path, maxReadBytes, signal));
    const { installations } = world.store;
    const plan = await planTree(tree, {
      product: product.slug,
      healthTimeoutMs: world.limits.healthTimeoutMs,
      variables: await installations.variables(work.installation.id),
      buildMarks: await installations.buildMarks(work.installation.id),
    });
    for (const decision of plan.decisions) journal.note(decision);
    for (const warning of plan.warnings) journal.warn(warning);
    return { plan, entries };
  } catch (error) {
    if (error instanceof PlanProblem) {
      throw new DeploymentFailed({ stage: "plan", message: error.message, hint: error.hint }, { cause: error });
    }
    if (error instanceof TreeTooLarge) {
      throw new DeploymentFailed(
        { stage: "plan", message: error.message, hint: "Keep large files out of the repository." },
        { cause: error },
      );
    }
    throw error;
  }
}
