import type { Product } from "../../model/product.ts";
import type { ProductChanges } from "../../ports/store/products.ts";
import { readRepositoryUrl } from "../../rules/webhooks/repository-url.ts";
import type { Uses } from "../adapters.ts";
import type { Refused } from "../refused.ts";
import { refusedRepository } from "./refused-repository.ts";

/**
 * Changes where a product's code comes from and how it is deployed. If the repository moves to another server, the
 * credentials for the former one are deleted, above all the token.
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

/**
 * The server that receives the credentials. Another port may belong to somebody else, and http is readable on the way.
 */
function serverOf(repository: string | null, rules: { readonly allowPrivate: boolean }): string | null {
  const remote = repository === null ? null : readRepositoryUrl(repository, rules);
  return remote === null || "refused" in remote ? null : `${remote.protocol}://${remote.host}:${remote.port}`;
}
