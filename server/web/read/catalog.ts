import type { Deployment } from "../../model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import type { Environment, Installation, Product } from "../../model/product.ts";
import { parseSlug } from "../../model/product.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { notFound } from "../http/problem.ts";

/** An installation with what it belongs to. */
export interface Place {
  readonly product: Product;
  readonly environment: Environment;
  readonly installation: Installation;
}

/** Finds what a URL names, or throws the Problem (404) that says what there is not. */
export interface Catalog {
  places(): Promise<readonly Place[]>;
  product(slug: string): Promise<Product>;
  /** The product's installation in `production`, else its first. */
  mainPlace(product: Product): Promise<Place>;
  /** All of a product's installations, `production` first, then by name. */
  placesOf(product: Product): Promise<readonly Place[]>;
  /** The one in this environment; without a name, the main one. */
  placeIn(product: Product, environment: string | undefined): Promise<Place>;
  place(id: number): Promise<Place>;
  deployment(id: number): Promise<{ readonly deployment: Deployment; readonly place: Place }>;
}

export function createCatalog(store: ReadStore): Catalog {
  const places = async (): Promise<readonly Place[]> => {
    const [products, environments, installations] = await Promise.all([
      store.products.list(),
      store.environments.list(),
      store.installations.list(),
    ]);
    return installations.flatMap((installation) => {
      const product = products.find(({ id }) => id === installation.productId);
      const environment = environments.find(({ id }) => id === installation.environmentId);
      return product && environment ? [{ product, environment, installation }] : [];
    });
  };

  const placeOf = async (installation: Installation | null): Promise<Place | null> => {
    if (!installation) return null;
    const [product, environment] = await Promise.all([
      store.products.get(installation.productId),
      store.environments.get(installation.environmentId),
    ]);
    return product && environment && { product, environment, installation };
  };

  const placesOf = async (product: Product): Promise<readonly Place[]> => {
    const [installations, environments] = await Promise.all([
      store.installations.ofProduct(product.id),
      store.environments.list(),
    ]);
    return installations
      .flatMap((installation): readonly Place[] => {
        const environment = environments.find(({ id }) => id === installation.environmentId);
        return environment ? [{ product, environment, installation }] : [];
      })
      .sort((a, b) => rank(a) - rank(b) || a.environment.name.localeCompare(b.environment.name));
  };

  return {
    places,

    async product(text) {
      const slug = parseSlug(text);
      const product = slug && (await store.products.bySlug(slug));
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
      const place = await placeOf(await store.installations.get(id as InstallationId));
      // What is being deleted can still be got by its id, but nothing can be asked of it any more.
      const known = place && (await store.products.bySlug(place.product.slug));
      const installed = known ? await store.installations.ofProduct(known.id) : [];
      if (!place || !installed.some((installation) => installation.id === place.installation.id)) {
        throw notFound(`product deployment ${id}`);
      }
      return place;
    },

    async deployment(id) {
      const deployment = await store.deployments.get(id as DeploymentId);
      const place = deployment && (await placeOf(await store.installations.get(deployment.installationId)));
      if (!deployment || !place) throw notFound(`deployment ${id}`);
      return { deployment, place };
    },
  };
}

function rank({ environment }: Place): number {
  return environment.name === "production" ? 0 : 1;
}
