import type { CommitSha, DeploymentId } from "../../model/names/ids.ts";
import { whyReserved } from "../../model/names/reserved-refs.ts";
import type { Installation, Product, Slug } from "../../model/product.ts";
import type { PushRequest, RefUpdate } from "../../ports/git.ts";
import type { Store } from "../../ports/store/store.ts";
import { branchOf, firstBranch, trackers, untracked } from "../../rules/webhooks/push-decision.ts";
import type { Uses } from "../adapters.ts";

/** A pushed branch that is deployed somewhere. */
export interface PushTarget {
  readonly update: RefUpdate;
  readonly branch: string;
  readonly commit: CommitSha;
  /** One deployment id for each installation, reserved now because the ref that keeps the commit contains it. */
  readonly deployments: ReadonlyMap<DeploymentId, Installation>;
}

/** What a push will do, decided before its objects arrive. */
export interface PushPlan {
  readonly product: Product;
  /** Branches that only their deployments may move, with the deployments whose refs store their commits instead. */
  readonly redirect: ReadonlyMap<string, readonly DeploymentId[]>;
  readonly targets: readonly PushTarget[];
  /** By full ref name, a line for the user about an accepted ref that deploys nothing. */
  readonly remarks: ReadonlyMap<string, string>;
  /** By full ref name, why a ref is refused before git sees it. */
  readonly refusals: ReadonlyMap<string, string>;
}

/**
 * Finds the product, or creates it on its first push. Refused if the product's source is elsewhere. The product, its
 * repository and its tracked branch are stored one after the other, because nothing is deployed before acceptPush and
 * the next push finds and completes what a crash has left.
 */
export async function planPush(
  { store, git }: Uses<"store" | "git">,
  slug: Slug,
  push: PushRequest,
): Promise<PushPlan | { readonly refused: string }> {
  const product = await findOrMake(store, slug);
  if (product.repository !== null) {
    return { refused: `${slug} is deployed from its own repository, ${product.repository}; push there` };
  }
  await git.ensureRepository(product.id);
  const installations = await withBranch(store, product, push);
  const targets: PushTarget[] = [];
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

async function findOrMake(store: Store, slug: Slug): Promise<Product> {
  for (;;) {
    const existing = await store.products.bySlug(slug);
    if (existing) return existing;
    const created = await store.products.create({ slug, repository: null, branch: null });
    if (created) return created.product;
  }
}

/** Installations that track no branch yet take the first one that is pushed. */
async function withBranch(store: Store, product: Product, push: PushRequest): Promise<readonly Installation[]> {
  const pushed = push.updates.filter((update) => update.to !== null).map((update) => update.ref);
  const branch = firstBranch(pushed);
  return branch === null
    ? store.installations.ofProduct(product.id)
    : store.installations.trackFirst(product.id, branch);
}
