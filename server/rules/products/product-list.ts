export const productFilters = ["all", "attention", "running", "stopped", "empty"] as const;
export type ProductFilter = (typeof productFilters)[number];

export const productSorts = ["attention", "name", "recent"] as const;
export type ProductSort = (typeof productSorts)[number];

export type ProductView = "cards" | "dense";

/** Which products to list, and how. */
export interface ProductQuery {
  /** Part of a name. Empty matches every name. */
  readonly q: string;
  readonly state: ProductFilter;
  readonly sort: ProductSort;
  /** Null means that the number of products decides. */
  readonly view: ProductView | null;
}

/** The facts that decide a product's place in the list. */
export interface ListedProduct {
  readonly slug: string;
  readonly installations: readonly ListedInstallation[];
}

export interface ListedInstallation {
  readonly state: string;
  /** The deployment in progress, or the newest one if it failed. */
  readonly activity: { readonly tone: "wait" | "busy" | "bad" } | null;
  /** When the newest deployment was requested. Null when there is none. */
  readonly deployedAt: Date | null;
}

export interface ProductSelection<T> {
  readonly shown: readonly T[];
  /** How many products with a matching name each filter would show. */
  readonly counts: Readonly<Record<ProductFilter, number>>;
  readonly view: ProductView;
}

/** With more products than this, each gets one line instead of a card. */
const cardsAtMost = 12;

/** Parses a URL's query, which may contain anything. Unknown values become the defaults. */
export function parseProductQuery(asked: Readonly<Record<string, string | undefined>>): ProductQuery {
  return {
    q: (asked.q ?? "").trim().slice(0, 100),
    state: productFilters.find((name) => name === asked.state) ?? "all",
    sort: productSorts.find((name) => name === asked.sort) ?? "attention",
    view: asked.view === "dense" || asked.view === "cards" ? asked.view : null,
  };
}

/** Formats a query for a URL and leaves out the defaults. */
export function productQueryParams({ q, state, sort, view }: ProductQuery): Record<string, string> {
  return {
    ...(q !== "" && { q }),
    ...(state !== "all" && { state }),
    ...(sort !== "attention" && { sort }),
    ...(view !== null && { view }),
  };
}

/** Filters and sorts products for a page. */
export function selectProducts<T extends ListedProduct>(
  products: readonly T[],
  { q, state, sort, view }: ProductQuery,
): ProductSelection<T> {
  const named = products.filter(({ slug }) => matches(slug, q));
  const counts = { all: 0, attention: 0, running: 0, stopped: 0, empty: 0 };
  for (const product of named) for (const filter of productFilters) if (isIn(product, filter)) counts[filter]++;
  return {
    shown: named.filter((product) => isIn(product, state)).sort(orders[sort]),
    counts,
    // All products count here, so that a search does not change the layout.
    view: view ?? (products.length > cardsAtMost ? "dense" : "cards"),
  };
}

/** Every typed word must be part of the name, in any order: "my shop" finds my-shop. */
function matches(slug: string, q: string): boolean {
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => slug.includes(word));
}

function isIn({ installations }: ListedProduct, filter: ProductFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "attention":
      return installations.some((installation) => urgency(installation) < calm);
    case "running":
      return installations.some(({ state }) => state === "running");
    case "stopped":
      return installations.some(({ state }) => state === "stopped" || state === "stopping");
    case "empty":
      return installations.every(({ state }) => state === "empty");
  }
}

/** From this urgency on, nothing needs attention. */
const calm = 4;

/** What affects visitors comes first, then what failed to reach them, then what is in progress. */
function urgency({ state, activity }: ListedInstallation): number {
  if (state === "degraded" || state === "crashed" || state === "unhealthy") return 0;
  if (activity?.tone === "bad") return 1;
  if (activity !== null || state === "starting") return 2;
  if (state === "unknown") return 3;
  if (state === "running" || state === "exited") return calm;
  return state === "empty" ? calm + 1 : calm + 2;
}

/** The urgency of the environment that does worst. A product without an environment counts as never deployed. */
function urgencyOf({ installations }: ListedProduct): number {
  return installations.length === 0 ? calm + 1 : Math.min(...installations.map(urgency));
}

function lastDeploymentOf({ installations }: ListedProduct): number {
  return Math.max(0, ...installations.map(({ deployedAt }) => deployedAt?.getTime() ?? 0));
}

type Order = (a: ListedProduct, b: ListedProduct) => number;

const byName: Order = (a, b) => a.slug.localeCompare(b.slug, "en");

const orders: Readonly<Record<ProductSort, Order>> = {
  attention: (a, b) => urgencyOf(a) - urgencyOf(b) || byName(a, b),
  name: byName,
  recent: (a, b) => lastDeploymentOf(b) - lastDeploymentOf(a) || byName(a, b),
};
