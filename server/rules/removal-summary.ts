import { counted } from "./duration-text.ts";

const namedProducts = 8;

/** What `npm run down` is about to remove, for the one who is asked whether they are sure. */
export function removalSummary(facts: {
  readonly products: readonly string[];
  readonly volumes: number;
  readonly dataFolder: string;
}): string {
  const { products, volumes, dataFolder } = facts;
  const named = products.slice(0, namedProducts);
  const more = products.length - named.length;
  const names = listed(more > 0 ? [...named, `${more} more`] : named);
  const what = products.length === 0 ? "no products" : `${counted(products.length, "product")} (${names})`;
  const data = volumes === 0 ? "" : `, ${counted(volumes, "volume")} of data`;
  return `This removes everything of ${dataFolder}: ${what}, with their containers and images${data}, the repositories and the database. It cannot be undone.`;
}

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
