import type { DeploymentId, InstallationId, ProductId } from "../../../model/names/ids.ts";
import type { Product } from "../../../model/product.ts";
import type { InstallationOverview } from "../../../ports/store/products.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";

type Queue = Awaited<ReturnType<ReadStore["deployments"]["queue"]>>;

/** What the database says about all products. */
export interface BoardRows {
  /** The store's revision that the rows are at least as new as. */
  readonly revision: number;
  /** Ordered by slug. */
  readonly products: readonly Product[];
  readonly overviews: ReadonlyMap<InstallationId, InstallationOverview>;
  readonly ofProduct: ReadonlyMap<ProductId, readonly InstallationId[]>;
  readonly queue: Queue;
  /** The live deployments. */
  readonly live: readonly DeploymentId[];
}

type Store = Pick<ReadStore, "products" | "installations" | "deployments">;

export async function readAllRows(store: Store, revision: number): Promise<BoardRows> {
  const [products, found, queue] = await Promise.all([
    store.products.list(),
    store.installations.overview(),
    store.deployments.queue(),
  ]);
  const overviews = new Map(found.map((one) => [one.installation.id, one]));
  const ofProduct = new Map<ProductId, InstallationId[]>();
  for (const { product, installation } of found.toSorted(productionFirst)) {
    ofProduct.set(product.id, [...(ofProduct.get(product.id) ?? []), installation.id]);
  }
  return { revision, products, overviews, ofProduct, queue, live: liveOf(overviews) };
}

/** The same rows, with those of installations whose deployments have changed read again. */
export async function readSomeRows(
  store: Store,
  rows: BoardRows,
  changed: ReadonlySet<DeploymentId>,
): Promise<BoardRows> {
  const [found, queue] = await Promise.all([store.installations.overview([...changed]), store.deployments.queue()]);
  const overviews = new Map(rows.overviews);
  // One that is not there yet, or not any more, comes and goes with a new revision.
  for (const one of found) if (overviews.has(one.installation.id)) overviews.set(one.installation.id, one);
  return { ...rows, overviews, queue, live: liveOf(overviews) };
}

function liveOf(overviews: BoardRows["overviews"]): readonly DeploymentId[] {
  return [...overviews.values()].flatMap(({ installation }) => installation.liveDeploymentId ?? []);
}

function productionFirst({ environment: a }: InstallationOverview, { environment: b }: InstallationOverview): number {
  return (
    Number(b.name === "production") - Number(a.name === "production") ||
    (a.name < b.name ? -1 : Number(a.name > b.name))
  );
}
