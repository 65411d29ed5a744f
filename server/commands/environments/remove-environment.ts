import type { Environment } from "../../model/product.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** Refused while a product is installed in the environment. */
export async function removeEnvironment(
  { store }: Uses<"store">,
  { id, name }: Environment,
): Promise<{ readonly type: "removed" } | Refused> {
  if (name === "production") {
    return refused("conflict", "production can't be removed: new products are installed there");
  }
  const outcome = await store.environments.remove(id);
  if (outcome === "removed") return { type: "removed" };
  const products = (await store.installations.list()).filter(({ environmentId }) => environmentId === id);
  return refused(
    "conflict",
    products.length === 0
      ? `products are still being removed from ${name}: try again in a moment`
      : `${name} is in use: remove its products from it first`,
  );
}
