import type { CommitSha, DeploymentId } from "../../model/names/ids.ts";
import { whyReserved } from "../../model/names/reserved-refs.ts";
import type { Installation, Product, Slug } from "../../model/product.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Git, PushRequest, PushResult, RefUpdate } from "../../ports/git.ts";
import type { Store } from "../../ports/store/store.ts";
import {
  branchOf,
  firstBranch,
  judgePush,
  newestUndecidedPush,
  trackers,
  untracked,
} from "../../rules/webhooks/push-decision.ts";

/** A branch of the push that deploys somewhere. */
interface Target {
  readonly update: RefUpdate;
  readonly branch: string;
  readonly commit: CommitSha;
  /** One deployment id for each installation, reserved because the ref that keeps the commit carries it. */
  readonly deployments: ReadonlyMap<DeploymentId, Installation>;
}

/** What a push is going to do, decided before its objects arrive. */
export interface PushPlan {
  readonly product: Product;
  /** Branches that only their deployments may move: where their commits go instead. */
  readonly redirect: ReadonlyMap<string, readonly DeploymentId[]>;
  readonly targets: readonly Target[];
  /** By full name: a line for the one who pushes, about a ref that deploys nothing, once git has accepted it. */
  readonly remarks: ReadonlyMap<string, string>;
  /** By full name: why a ref is refused that git was not asked about. */
  readonly refusals: ReadonlyMap<string, string>;
}

/** What became of a branch: the deployments to follow, or why it was refused. */
export type PushOutcome =
  | { readonly ref: string; readonly type: "deploying"; readonly deployments: readonly DeploymentId[] }
  | { readonly ref: string; readonly type: "refused"; readonly reason: string };

export interface PushTrigger {
  /** Finds the product, or makes it when this is its first push. Null: the product has its source elsewhere. */
  plan(slug: Slug, push: PushRequest): Promise<PushPlan | { readonly refused: string }>;
  /** After git has stored the objects: queues a deployment for every branch that is tracked. */
  accept(plan: PushPlan, stored: PushResult, by: string): Promise<readonly PushOutcome[]>;
}

export function createPushTrigger(needs: {
  readonly store: Store;
  readonly git: Git;
  readonly clock: Clock;
  readonly wakeQueue: () => void;
}): PushTrigger {
  const { store, git, clock, wakeQueue } = needs;
  return { plan, accept };

  async function plan(slug: Slug, push: PushRequest): Promise<PushPlan | { readonly refused: string }> {
    const product = await findOrMake(slug);
    if (product.repository !== null) {
      return { refused: `${slug} is deployed from its own repository, ${product.repository}; push there` };
    }
    await git.ensureRepository(product.id);
    const installations = await withBranch(product, push);
    const targets: Target[] = [];
    const redirect = new Map<string, readonly DeploymentId[]>();
    const remarks = new Map<string, string>();
    const refusals = new Map<string, string>();

    for (const update of push.updates) {
      const branch = branchOf(update.ref);
      const tracked = branch === null ? [] : trackers(installations, branch);
      if (whyReserved(update.ref) !== null) continue; // Git's report says why it is refused.
      if (branch === null || tracked.length === 0) {
        remarks.set(update.ref, untracked(update, installations));
      } else if (update.to === null) {
        redirect.set(update.ref, []);
        refusals.set(update.ref, `${slug} deploys ${branch}, so this branch cannot be removed`);
      } else {
        const deployments = new Map<DeploymentId, Installation>();
        for (const installation of tracked) deployments.set(await store.deployments.reserveId(), installation);
        targets.push({ update, branch, commit: update.to, deployments });
        redirect.set(update.ref, [...deployments.keys()]);
      }
    }
    return { product, redirect, targets, remarks, refusals };
  }

  async function accept(plan: PushPlan, stored: PushResult, by: string): Promise<readonly PushOutcome[]> {
    const outcomes: PushOutcome[] = [...plan.refusals].map(([ref, reason]) => ({ ref, type: "refused", reason }));
    for (const target of plan.targets) {
      const { ref } = target.update;
      const refusal = stored.unpackError ?? stored.refs.get(ref) ?? null;
      outcomes.push(
        refusal === null ? await queue(plan.product, target, by) : { ref, type: "refused", reason: refusal },
      );
    }
    if (outcomes.some((outcome) => outcome.type === "deploying")) wakeQueue();
    return outcomes;
  }

  async function queue(product: Product, target: Target, by: string): Promise<PushOutcome> {
    const { ref } = target.update;
    const followed: DeploymentId[] = [];
    for (const [id, installation] of target.deployments) {
      const outcome = await queueOne(product, target, id, installation, by);
      if ("refused" in outcome) return { ref, type: "refused", reason: outcome.refused };
      followed.push(outcome.follow);
    }
    return { ref, type: "deploying", deployments: followed };
  }

  /** Looks at what is pending, decides, and writes under the condition that nothing has come in between. */
  async function queueOne(
    product: Product,
    target: Target,
    id: DeploymentId,
    installation: Installation,
    by: string,
  ): Promise<{ readonly follow: DeploymentId } | { readonly refused: string }> {
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

  async function findOrMake(slug: Slug): Promise<Product> {
    for (;;) {
      const existing = await store.products.bySlug(slug);
      if (existing) return existing;
      const created = await store.products.create({ slug, repository: null, branch: null });
      if (created) return created.product;
    }
  }

  /** Installations that track nothing yet take the branch that is pushed first. */
  async function withBranch(product: Product, push: PushRequest): Promise<readonly Installation[]> {
    const pushed = push.updates.filter((update) => update.to !== null).map((update) => update.ref);
    const branch = firstBranch(pushed);
    const installations = await store.installations.ofProduct(product.id);
    if (branch === null) return installations;
    return Promise.all(
      installations.map(async (installation) => {
        if (installation.branch !== null) return installation;
        await store.installations.setBranch(installation.id, branch);
        return { ...installation, branch };
      }),
    );
  }
}
