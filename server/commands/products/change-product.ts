import type { InstallationId } from "../../model/names/ids.ts";
import type { Product, PushWatch } from "../../model/product.ts";
import type { SourceChanges } from "../../ports/store/sources.ts";
import { readRepositoryUrl } from "../../rules/webhooks/repository-url.ts";
import type { Uses } from "../adapters.ts";
import type { Refused } from "../refused.ts";
import { refusedRepository } from "./refused-repository.ts";

/** What is left out stays as it is. */
export interface ProductChanges {
  /** Null: the product is pushed to Baton from now on. */
  readonly repository?: string | null | undefined;
  readonly watch?: PushWatch | undefined;
  /** Which branch an installation deploys from now on. */
  readonly branches?: readonly { readonly installation: InstallationId; readonly branch: string }[];
  readonly source?: SourceChanges;
}

/**
 * Changes where a product's code comes from and how it is deployed. What was given for the server of its former
 * repository is forgotten when the server changes, the token above all.
 */
export async function changeProduct(
  { store, allowPrivateRepositories }: Uses<"store" | "allowPrivateRepositories">,
  product: Product,
  { repository, watch, branches = [], source = {} }: ProductChanges,
): Promise<{ readonly type: "changed" } | Refused> {
  const rules = { allowPrivate: allowPrivateRepositories };
  const problem = repository === undefined || repository === null ? null : refusedRepository(repository, rules);
  if (problem) return problem;
  const movesAway = repository !== undefined && serverOf(product.repository, rules) !== serverOf(repository, rules);
  // First: nobody may see the new place together with what was given for the old one.
  if (movesAway) await store.sources.change(product.id, { token: null, hostKey: null, pingedAt: null });
  if (repository !== undefined || watch !== undefined) {
    await store.products.update(product.id, {
      ...(repository !== undefined && { repository }),
      ...(watch !== undefined && { watch }),
    });
  }
  if (Object.keys(source).length > 0) await store.sources.change(product.id, source);
  for (const { installation, branch } of branches) await store.installations.setBranch(installation, branch);
  return { type: "changed" };
}

/** Who gets the credentials. Another port can be somebody else's, and http lets everybody read along. */
function serverOf(repository: string | null, rules: { readonly allowPrivate: boolean }): string | null {
  const remote = repository === null ? null : readRepositoryUrl(repository, rules);
  return remote === null || "refused" in remote ? null : `${remote.protocol}://${remote.host}:${remote.port}`;
}
