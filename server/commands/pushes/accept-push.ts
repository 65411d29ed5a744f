import type { DeploymentId } from "../../model/names/ids.ts";
import type { Installation, Product } from "../../model/product.ts";
import type { PushResult } from "../../ports/git.ts";
import { judgePush, newestUndecidedPush } from "../../rules/webhooks/push-decision.ts";
import type { Uses } from "../adapters.ts";
import type { PushPlan, PushTarget } from "./plan-push.ts";

/** The result for a branch: the deployments to follow, or why it was refused. */
export type PushOutcome =
  | { readonly ref: string; readonly type: "deploying"; readonly deployments: readonly DeploymentId[] }
  | { readonly ref: string; readonly type: "refused"; readonly reason: string };

type Adapters = Uses<"store" | "git" | "clock" | "wakeQueue">;

/** Queues a deployment for every tracked branch, after git has stored the objects. */
export async function acceptPush(
  adapters: Adapters,
  plan: PushPlan,
  stored: PushResult,
  by: string,
): Promise<readonly PushOutcome[]> {
  const outcomes: PushOutcome[] = [...plan.refusals].map(([ref, reason]) => ({ ref, type: "refused", reason }));
  for (const target of plan.targets) {
    const { ref } = target.update;
    const refusal = stored.unpackError ?? stored.refs.get(ref) ?? null;
    outcomes.push(
      refusal === null ? await queue(adapters, plan.product, target, by) : { ref, type: "refused", reason: refusal },
    );
  }
  if (outcomes.some((outcome) => outcome.type === "deploying")) adapters.wakeQueue();
  return outcomes;
}

async function queue(adapters: Adapters, product: Product, target: PushTarget, by: string): Promise<PushOutcome> {
  const { ref } = target.update;
  const followed: DeploymentId[] = [];
  for (const [id, installation] of target.deployments) {
    const outcome = await queueOne(adapters, product, target, { id, installation, by });
    if ("refused" in outcome) return { ref, type: "refused", reason: outcome.refused };
    followed.push(outcome.follow);
  }
  return { ref, type: "deploying", deployments: followed };
}

/** Reads what is pending, decides, and writes on the condition that nothing changed meanwhile. */
async function queueOne(
  { store, git, clock }: Adapters,
  product: Product,
  target: PushTarget,
  deployment: { readonly id: DeploymentId; readonly installation: Installation; readonly by: string },
): Promise<{ readonly follow: DeploymentId } | { readonly refused: string }> {
  const { id, installation, by } = deployment;
  for (;;) {
    const pending = newestUndecidedPush(await store.deployments.undecided(installation.id));
    const descends = !!pending?.commit && (await git.isAncestor(product.id, pending.commit.sha, target.commit));
    const verdict = judgePush(target.commit, pending, descends);
    if (verdict.type !== "deploy") {
      await git.releaseCommit(product.id, id);
      return verdict.type === "follow" ? { follow: verdict.deployment } : { refused: verdict.reason };
    }
    const commit = await git.resolve(product.id, target.commit, clock.timeout(30_000));
    if (!commit) return { refused: "the pushed object is not a commit" };
    const outcome = await store.deployments.enqueue(
      {
        id,
        installationId: installation.id,
        trigger: "push",
        by,
        ref: target.branch,
        commit,
        sourceId: null,
        variables: "now",
        supersedes: true,
        newestUndecidedPush: verdict.after,
      },
      clock.now(),
    );
    if (outcome !== "changed") return { follow: outcome.deployment.id };
  }
}
