import { randomBytes } from "node:crypto";
import type { Product } from "../../model/product.ts";
import type { Clock } from "../../ports/clock.ts";
import { FetchFailed, type Git, type RemoteBranches } from "../../ports/git.ts";
import type { NewDelivery, Recorded } from "../../ports/store/deliveries.ts";
import type { Store } from "../../ports/store/store.ts";
import { readRepositoryUrl } from "../../rules/webhooks/repository-url.ts";
import { judgeDelivery } from "../../rules/webhooks/webhook-verdict.ts";
import { type Refused, refused } from "../refused.ts";
import { withRemote } from "./remote.ts";
import { refusedRepository } from "./repository.ts";

/** Where a product's code comes from when it is not pushed here. */
export interface Sources {
  /** Null: the product is pushed here from now on. What was made for another server is forgotten, the token above all. */
  connect(product: Product, repository: string | null): Promise<Refused | { readonly type: "connected" }>;
  /** The secret is returned this once; the former one is worth nothing any more. */
  newWebhookSecret(product: Product): Promise<string>;
  /** The line to add to the repository's deploy keys. */
  newDeployKey(product: Product): Promise<string>;
  /** Looks where the tracked branches are, and deploys what is new. `asked`: also what was tried before, and failed. */
  check(product: Product, by: string, asked: boolean, signal: AbortSignal): Promise<Refused | readonly Recorded[]>;
}

const secretBytes = 32;

export function createSources(needs: {
  readonly store: Store;
  readonly git: Git;
  readonly clock: Clock;
  readonly allowPrivateRepositories: boolean;
  readonly wakeQueue: () => void;
}): Sources {
  const { store, git, clock, allowPrivateRepositories, wakeQueue } = needs;
  const rules = { allowPrivate: allowPrivateRepositories };

  return {
    async connect(product, repository) {
      const problem = repository === null ? null : refusedRepository(repository, rules);
      if (problem) return problem;
      // First: nobody may see the new place together with what was given for the old one.
      if (serverOf(product.repository) !== serverOf(repository)) {
        await store.sources.change(product.id, { token: null, hostKey: null, pingedAt: null });
      }
      await store.products.update(product.id, { repository });
      return { type: "connected" };
    },

    async newWebhookSecret(product) {
      const secret = randomBytes(secretBytes).toString("hex");
      await store.sources.setWebhookSecret(product.id, secret);
      return secret;
    },

    async newDeployKey(product) {
      const key = git.newDeployKey(`baton-${product.slug}`);
      await store.sources.setDeployKey(product.id, key);
      return key.publicKey;
    },

    async check(product, by, asked, signal) {
      if (product.repository === null) {
        return refused("conflict", "this product has no repository to check: it is pushed to Baton");
      }
      try {
        const remote = await withRemote(needs, product, (request) => git.lookAt(request, signal));
        return await compare(product, remote, by, asked);
      } catch (error) {
        if (error instanceof FetchFailed) return refused("conflict", sentence(error));
        throw error;
      }
    },
  };

  async function compare(product: Product, remote: RemoteBranches, by: string, asked: boolean) {
    const branches = await trackedBranches(product, remote);
    const missing = branches.find((branch) => !remote.tips.has(branch));
    if (missing !== undefined) return refused("conflict", `the repository has no branch ${missing}`);
    const deliveries = branches.flatMap((branch): NewDelivery[] => {
      const commit = remote.tips.get(branch);
      if (commit === undefined) return [];
      const event = { type: "tip", branch, commit, asked } as const;
      const name = asked ? "check" : "poll";
      return [{ via: "baton", name, event, by, deliveryId: null, again: null, content: null, quiet: !asked }];
    });
    const recorded = await store.deliveries.record(product.id, deliveries, judgeDelivery, clock.now());
    if (recorded.some(({ outcome }) => outcome === "deployed")) wakeQueue();
    return recorded;
  }

  /** An installation that tracks nothing yet tracks the repository's default from now on. */
  async function trackedBranches(product: Product, { defaultBranch }: RemoteBranches): Promise<readonly string[]> {
    const installations = await store.installations.ofProduct(product.id);
    const branches = new Set<string>();
    for (const { id, branch } of installations) {
      if (branch === null && defaultBranch !== null) await store.installations.setBranch(id, defaultBranch);
      const tracked = branch ?? defaultBranch;
      if (tracked !== null) branches.add(tracked);
    }
    return [...branches];
  }

  /** Who gets the credentials. Another port can be somebody else's, and http lets everybody read along. */
  function serverOf(repository: string | null): string | null {
    const remote = repository === null ? null : readRepositoryUrl(repository, rules);
    return remote === null || "refused" in remote ? null : `${remote.protocol}://${remote.host}:${remote.port}`;
  }
}

function sentence({ message, hint }: FetchFailed): string {
  return hint === null ? message : `${message}. ${hint}`;
}
