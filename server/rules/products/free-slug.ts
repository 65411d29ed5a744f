import type { Slug } from "../../model/product.ts";

/** The name itself, or the first of `name-2`, `name-3` … that no product uses. */
export function freeSlug(wanted: Slug, taken: ReadonlySet<Slug>): Slug {
  for (let number = 1; ; number++) {
    const slug = number === 1 ? wanted : (`${wanted}-${number}` as Slug);
    if (!taken.has(slug)) return slug;
  }
}
