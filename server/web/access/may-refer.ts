import { parseSlug } from "../../model/product.ts";
import { referencesIn } from "../../model/values/reference.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { allows } from "../../rules/access/permissions.ts";
import { whyMayNotRefer } from "../../rules/settings/reference-faults.ts";
import { visitorOf, type WebContext } from "../http/web-context.ts";

/**
 * Why the visitor may not set these values, as a sentence without its full stop. To refer to another product's variable
 * is to read it. Null if they may. `own` is the slug of the product that gets the values.
 */
export async function whyVisitorMayNotRefer(
  c: WebContext,
  { products }: Pick<ReadStore, "products">,
  set: Readonly<Record<string, string>>,
  own: string | null,
): Promise<string | null> {
  const slugs = Object.values(set).flatMap((value) => referencesIn(value).flatMap(({ other }) => other?.product ?? []));
  const readable = new Set<string>();
  for (const text of new Set(slugs)) {
    const slug = parseSlug(text);
    const product = slug && (await products.bySlug(slug));
    // One that does not exist is named as missing to those who may see all products, and as forbidden to others.
    if (allows(visitorOf(c).identity, "variables", product ? product.id : null)) readable.add(text);
  }
  return whyMayNotRefer(set, own, (slug) => readable.has(slug));
}
