import { parseSlug } from "../../model/product.ts";

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
  /** The product that the page begins after. Null for the first page. */
  readonly after: string | null;
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
  /** The products of the page. */
  readonly shown: readonly T[];
  /** The product that the next page begins after. Null on the last page. */
  readonly next: string | null;
  /** How many products with a matching name each filter would show. */
  readonly counts: Readonly<Record<ProductFilter, number>>;
  readonly view: ProductView;
}

/** With more products than this, each gets one line instead of a card. */
const cardsAtMost = 12;

/** A page that a person can still read over, and a server can render in a few milliseconds. */
export const productsOnAPage = 50;

/** Parses a URL's query, which may contain anything. Unknown values become the defaults. */
export function parseProductQuery(asked: Readonly<Record<string, string | undefined>>): ProductQuery {
  return {
    q: (asked.q ?? "").trim().slice(0, 100),
    state: productFilters.find((name) => name === asked.state) ?? "all",
    sort: productSorts.find((name) => name === asked.sort) ?? "attention",
    view: asked.view === "dense" || asked.view === "cards" ? asked.view : null,
    after: parseSlug(asked.after ?? ""),
  };
}

/** Formats a query for a URL and leaves out the defaults. */
export function productQueryParams({ q, state, sort, view, after }: ProductQuery): Record<string, string> {
  return {
    ...(q !== "" && { q }),
    ...(state !== "all" && { state }),
    ...(sort !== "attention" && { sort }),
    ...(view !== null && { view }),
    ...(after !== null && { after }),
  };
}

/**
 * Filters and sorts products, and takes a page of them. What a list has in which order is remembered with the list
 * itself, because a list of ten thousand is asked for far more often than it changes.
 */
export function selectProducts<T extends ListedProduct>(
  products: readonly T[],
  query: ProductQuery,
  pageSize = productsOnAPage,
): ProductSelection<T> {
  const { view, after } = query;
  const { found, counts } = foundIn(products, query);
  // A product that was deleted meanwhile, or is not found any more, leads back to the beginning.
  const start = after === null ? 0 : found.findIndex(({ slug }) => slug === after) + 1;
  const shown = found.slice(start, start + pageSize);
  return {
    shown,
    next: start + pageSize < found.length ? (shown.at(-1)?.slug ?? null) : null,
    counts,
    // All products count here, so that a search does not change the layout.
    view: view ?? (products.length > cardsAtMost ? "dense" : "cards"),
  };
}

interface Found<T> {
  readonly found: readonly T[];
  readonly counts: Readonly<Record<ProductFilter, number>>;
}

const knownFindings = new WeakMap<readonly ListedProduct[], Map<string, Found<ListedProduct>>>();
/** Anybody may search for any number of words. */
const mostFindings = 50;

function foundIn<T extends ListedProduct>(products: readonly T[], query: ProductQuery): Found<T> {
  const { q, state, sort } = query;
  const findings = knownFindings.get(products) ?? new Map<string, Found<ListedProduct>>();
  knownFindings.set(products, findings);
  const key = `${state} ${sort} ${q}`;
  const found = findings.get(key) ?? find(products, query);
  if (findings.size >= mostFindings) findings.clear();
  findings.set(key, found);
  // It consists of the list's own elements.
  return found as Found<T>;
}

function find(products: readonly ListedProduct[], { q, state, sort }: ProductQuery): Found<ListedProduct> {
  const words = q.toLowerCase().split(/\s+/);
  const ordered = orderOf(products, sort);
  const named = q === "" ? ordered : ordered.filter(({ slug }) => words.every((word) => slug.includes(word)));
  const counts = { all: 0, attention: 0, running: 0, stopped: 0, empty: 0 };
  for (const product of named) for (const filter of filtersOf(product)) counts[filter]++;
  return { found: state === "all" ? named : named.filter((product) => filtersOf(product).includes(state)), counts };
}

const knownOrders = new WeakMap<readonly ListedProduct[], Map<ProductSort, readonly ListedProduct[]>>();

function orderOf<T extends ListedProduct>(products: readonly T[], sort: ProductSort): readonly T[] {
  const known = knownOrders.get(products) ?? new Map<ProductSort, readonly ListedProduct[]>();
  knownOrders.set(products, known);
  const sorted = known.get(sort) ?? sortedBy(products, sort);
  known.set(sort, sorted);
  // It consists of the list's own elements.
  return sorted as readonly T[];
}

const knownFilters = new WeakMap<ListedProduct, readonly ProductFilter[]>();

/** The filters that show a product: every word that is typed must be part of its name besides, in any order. */
function filtersOf(product: ListedProduct): readonly ProductFilter[] {
  const known = knownFilters.get(product) ?? productFilters.filter((filter) => isIn(product, filter));
  knownFilters.set(product, known);
  return known;
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

const ranks: Readonly<Record<ProductSort, (product: ListedProduct) => number>> = {
  attention: urgencyOf,
  name: () => 0,
  recent: (product) => -lastDeploymentOf(product),
};

/** By rank, and by name among equals. Slugs are ASCII, so comparing them needs no language. */
function sortedBy<T extends ListedProduct>(products: readonly T[], sort: ProductSort): readonly T[] {
  const rank = ranks[sort];
  return products
    .map((product) => ({ product, rank: rank(product) }))
    .sort((a, b) => a.rank - b.rank || (a.product.slug < b.product.slug ? -1 : 1))
    .map(({ product }) => product);
}
