export const productFilters = ["all", "attention", "running", "stopped", "empty"] as const;
export type ProductFilter = (typeof productFilters)[number];

export const productSorts = ["attention", "name", "recent"] as const;
export type ProductSort = (typeof productSorts)[number];

export type ProductView = "cards" | "dense";

/** Which products somebody asks to see, and how. */
export interface ProductQuery {
  /** Part of a name; empty: any. */
  readonly q: string;
  readonly state: ProductFilter;
  readonly sort: ProductSort;
  /** Null: whatever suits their number. */
  readonly view: ProductView | null;
}

/** A product as far as its place in the list depends on it. */
export interface ListedProduct {
  readonly slug: string;
  readonly installations: readonly ListedInstallation[];
}

export interface ListedInstallation {
  readonly state: string;
  /** What is under way, or the newest deployment where that failed. */
  readonly activity: { readonly tone: "wait" | "busy" | "bad" } | null;
  /** When the newest deployment was asked for; null: there is none. */
  readonly deployedAt: Date | null;
}

export interface ProductSelection<T> {
  readonly shown: readonly T[];
  /** How many each filter would show of those whose name matches. */
  readonly counts: Readonly<Record<ProductFilter, number>>;
  readonly view: ProductView;
}

/** More products than this are listed one a line. */
const cardsAtMost = 12;

/** Reads an address, in which anything can stand: what it does not know means the usual. Pure. */
export function parseProductQuery(asked: Readonly<Record<string, string | undefined>>): ProductQuery {
  return {
    q: (asked.q ?? "").trim().slice(0, 100),
    state: productFilters.find((name) => name === asked.state) ?? "all",
    sort: productSorts.find((name) => name === asked.sort) ?? "attention",
    view: asked.view === "dense" || asked.view === "cards" ? asked.view : null,
  };
}

/** The way back into an address: only what is not the usual. Pure. */
export function productQueryParams({ q, state, sort, view }: ProductQuery): Record<string, string> {
  return {
    ...(q !== "" && { q }),
    ...(state !== "all" && { state }),
    ...(sort !== "attention" && { sort }),
    ...(view !== null && { view }),
  };
}

/** Which products a page lists, in which order and how. Pure. */
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
    // All of them count, so that a search does not change how the page looks.
    view: view ?? (products.length > cardsAtMost ? "dense" : "cards"),
  };
}

/** Every word that was typed is part of the name, in any order: "my shop" finds my-shop. */
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

/** From here on nothing needs to be looked at. */
const calm = 4;

/** What visitors suffer from comes first, then what was meant to reach them and did not, then what is on its way. */
function urgency({ state, activity }: ListedInstallation): number {
  if (state === "degraded" || state === "crashed" || state === "unhealthy") return 0;
  if (activity?.tone === "bad") return 1;
  if (activity !== null || state === "starting") return 2;
  if (state === "unknown") return 3;
  if (state === "running" || state === "exited") return calm;
  return state === "empty" ? calm + 1 : calm + 2;
}

/** That of the environment which does worst; in no environment is like nothing deployed. */
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
