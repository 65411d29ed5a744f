import type { Permission } from "../../model/access/permission.ts";
import type { ProductId } from "../../model/names/ids.ts";
import { allows } from "../../rules/access/permissions.ts";
import { isIn, type ProductSet, productsWith } from "../../rules/access/visible-products.ts";
import { visitorOf, type WebContext } from "../http/web-context.ts";

/** The products that lists show to the visitor. */
export function visibleTo(c: WebContext, permission: Permission = "see"): ProductSet {
  return productsWith(visitorOf(c).identity, permission);
}

/** The visible ones of some rows. */
export function onlyVisible<Row>(
  c: WebContext,
  rows: readonly Row[],
  productOf: (row: Row) => ProductId,
): readonly Row[] {
  const visible = visibleTo(c);
  return visible === "all" ? rows : rows.filter((row) => isIn(visible, productOf(row)));
}

/** The filter for a list of the store; none for somebody who sees everything. */
export function withinVisible(c: WebContext): { readonly products?: readonly ProductId[] } {
  const visible = visibleTo(c);
  return visible === "all" ? {} : { products: visible };
}

/** What is not about a product, such as who signed in, is for those who manage people. */
export function visibleActivity(c: WebContext): { readonly products?: readonly ProductId[] } {
  const { identity } = visitorOf(c);
  return allows({ ...identity, scopes: null }, "people", null) ? {} : withinVisible(c);
}
