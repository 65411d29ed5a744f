import type { Product } from "../../model/product.ts";
import type { Uses } from "../adapters.ts";

/** Returns the line to add to the repository's deploy keys. It replaces any earlier key. */
export async function makeDeployKey({ store, git }: Uses<"store" | "git">, product: Product): Promise<string> {
  const key = git.newDeployKey(`baton-${product.slug}`);
  await store.sources.setDeployKey(product.id, key);
  return key.publicKey;
}
