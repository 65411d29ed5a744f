import type { Permission } from "../../model/access/permission.ts";
import type { Principal } from "../../model/access/principal.ts";
import type { ProductId } from "../../model/names/ids.ts";
import { allows } from "./permissions.ts";

/** The products that lists show to somebody; "all" includes those that do not exist yet. */
export type ProductSet = "all" | readonly ProductId[];

/** The products for which somebody has a permission. Ordered, so that equal sets are written alike. */
export function productsWith(who: Principal, permission: Permission): ProductSet {
  // A product that nobody has a grant for stands for all others.
  if (who.productIds === null && allows(who, permission, null)) return "all";
  const named = [...who.grants.flatMap(({ productId }) => productId ?? []), ...(who.productIds ?? [])];
  return [...new Set(named)].filter((id) => allows(who, permission, id)).sort((a, b) => a - b);
}

export function isIn(set: ProductSet, product: ProductId): boolean {
  return set === "all" || set.includes(product);
}
