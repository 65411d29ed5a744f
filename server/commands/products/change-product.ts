import type { Product } from "../../model/product.ts";
import type { ProductChanges } from "../../ports/store/store.ts";
import { readRepositoryUrl } from "../../rules/webhooks/repository-url.ts";
import type { Uses } from "../adapters.ts";
import type { Refused } from "../refused.ts";
import { refusedRepository } from "./refused-repository.ts";

/**
 * Changes where a product's code comes from and how it is deployed. What was given for the server of its former
 * repository is forgotten when the server changes, the token above all.
 */
export async function changeProduct(
  { store, allowPrivateRepositories }: Uses<"store" | "allowPrivateRepositories">,
  product: Product,
  changes: ProductChanges,
): Promise<{ readonly type: "changed" } | Refused> {
  const { repository } = changes;
  const rules = { allowPrivate: allowPrivateRepositories };
  const problem = repository === undefined || repository === null ? null : refusedRepository(repository, rules);
  if (problem) return problem;
  const movesAway = repository !== undefined && serverOf(product.repository, rules) !== serverOf(repository, rules);
  const source = { ...(movesAway && { token: null, hostKey: null, pingedAt: null }), ...changes.source };
  await store.products.update(product.id, { ...changes, source });
  return { type: "changed" };
}

/** Who gets the credentials. Another port can be somebody else's, and http lets everybody read along. */
function serverOf(repository: string | null, rules: { readonly allowPrivate: boolean }): string | null {
  const remote = repository === null ? null : readRepositoryUrl(repository, rules);
  return remote === null || "refused" in remote ? null : `${remote.protocol}://${remote.host}:${remote.port}`;
}
