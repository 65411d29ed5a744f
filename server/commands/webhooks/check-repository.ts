import type { Product } from "../../model/product.ts";
import { FetchFailed, type RemoteBranches } from "../../ports/git.ts";
import type { NewDelivery, Recorded } from "../../ports/store/deliveries.ts";
import type { Store } from "../../ports/store/store.ts";
import { withRemote } from "../../remotes/with-remote.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { recordDeliveries } from "./record-deliveries.ts";

type Adapters = Uses<"store" | "git" | "clock" | "wakeQueue" | "allowPrivateRepositories">;

/**
 * Looks up the tracked branches at the forge and deploys new commits. `asked` means that a user requested it, so a
 * version whose deployment failed is tried again. The host key and the tracked branch are stored before the deployments,
 * because a check that a crash has cut short is repeated by the poller and deploys the same commits.
 */
export async function checkRepository(
  adapters: Adapters,
  product: Product,
  by: string,
  asked: boolean,
  signal: AbortSignal,
): Promise<Refused | readonly Recorded[]> {
  if (product.repository === null) {
    return refused("conflict", "this product has no repository to check: it is pushed to Baton");
  }
  try {
    const remote = await withRemote(adapters, product, (request) => adapters.git.lookAt(request, signal));
    return await compare(adapters, product, remote, by, asked);
  } catch (error) {
    if (error instanceof FetchFailed) return refused("conflict", sentence(error));
    throw error;
  }
}

async function compare(adapters: Adapters, product: Product, remote: RemoteBranches, by: string, asked: boolean) {
  const branches = await trackedBranches(adapters.store, product, remote);
  const missing = branches.find((branch) => !remote.tips.has(branch));
  if (missing !== undefined) return refused("conflict", `the repository has no branch ${missing}`);
  const deliveries = branches.flatMap((branch): NewDelivery[] => {
    const commit = remote.tips.get(branch);
    if (commit === undefined) return [];
    const event = { type: "tip", branch, commit, asked } as const;
    const name = asked ? "check" : "poll";
    return [{ via: "baton", name, event, by, deliveryId: null, again: null, content: null, quiet: !asked }];
  });
  return recordDeliveries(adapters, product.id, deliveries);
}

/** An installation that tracks no branch yet tracks the repository's default branch from now on. */
async function trackedBranches(
  store: Store,
  product: Product,
  { defaultBranch }: RemoteBranches,
): Promise<readonly string[]> {
  const installations =
    defaultBranch === null
      ? await store.installations.ofProduct(product.id)
      : await store.installations.trackFirst(product.id, defaultBranch);
  return [...new Set(installations.flatMap(({ branch }) => branch ?? []))];
}

function sentence({ message, hint }: FetchFailed): string {
  return hint === null ? message : `${message}. ${hint}`;
}
