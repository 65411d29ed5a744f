import type { Deployment } from "../../model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import type { InstalledProduct, Product } from "../../model/product.ts";
import { parseSlug } from "../../model/product.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { notFound } from "../http/problem.ts";

/** An installation with its product and environment. */
export type InstallationRef = InstalledProduct;

/** Finds what a URL names, or throws a Problem (404) that says what does not exist. */
export interface Catalog {
  places(): Promise<readonly InstallationRef[]>;
  /** Those of these installations that are listed. */
  placesWith(ids: readonly InstallationId[]): Promise<readonly InstallationRef[]>;
  product(slug: string): Promise<Product>;
  /** The product's installation in `production`, or else its first. */
  mainPlace(product: Product): Promise<InstallationRef>;
  /** All of a product's installations, `production` first, then by name. */
  placesOf(product: Product): Promise<readonly InstallationRef[]>;
  /** The installation in this environment; without a name, the main one. */
  placeIn(product: Product, environment: string | undefined): Promise<InstallationRef>;
  place(id: number): Promise<InstallationRef>;
  deployment(id: number): Promise<{ readonly deployment: Deployment; readonly place: InstallationRef }>;
}

export function createCatalog({ products, installations, deployments }: ReadStore): Catalog {
  const placesOf = async (product: Product): Promise<readonly InstallationRef[]> =>
    [...(await installations.installedProducts({ products: [product.id] }))].sort(
      (a, b) => rank(a) - rank(b) || a.environment.name.localeCompare(b.environment.name),
    );

  return {
    places: () => installations.installedProducts(),
    placesWith: (ids) => installations.installedProducts({ ids: [...new Set(ids)] }),

    async product(text) {
      const slug = parseSlug(text);
      const product = slug && (await products.bySlug(slug));
      if (!product) throw notFound(`product "${text}"`);
      return product;
    },

    placesOf,

    async mainPlace(product) {
      const [main] = await placesOf(product);
      if (!main) throw notFound(`installation of "${product.slug}"`);
      return main;
    },

    async placeIn(product, name) {
      const all = await placesOf(product);
      const found = name === undefined ? all[0] : all.find(({ environment }) => environment.name === name);
      if (!found) throw notFound(`installation of "${product.slug}"${name === undefined ? "" : ` in "${name}"`}`);
      return found;
    },

    async place(id) {
      const found = await installations.installedProduct(id as InstallationId);
      // A product that is being deleted can still be read, but refuses changes.
      if (!found || found.isDeleted) throw notFound(`product deployment ${id}`);
      return found;
    },

    async deployment(id) {
      const deployment = await deployments.get(id as DeploymentId);
      const place = deployment && (await installations.installedProduct(deployment.installationId));
      if (!deployment || !place) throw notFound(`deployment ${id}`);
      return { deployment, place };
    },
  };
}

function rank({ environment }: InstallationRef): number {
  return environment.name === "production" ? 0 : 1;
}
