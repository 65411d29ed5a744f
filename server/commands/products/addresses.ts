import type { InstallationId } from "../../model/names/ids.ts";
import type { Installation } from "../../model/product.ts";
import type { Store } from "../../ports/store/store.ts";
import { mainHost } from "../../rules/routing/urls.ts";

/** Who may have which host, before anything is served there. The cut-over claims hosts for good. */
export interface Addresses {
  /** Why this host cannot be had, as a sentence; null: it can. `by` is who asks: what it has already is no hindrance. */
  takenBy(host: string, by: InstallationId | null): Promise<string | null>;
  /** Where an installation of this product would answer. */
  mainHostOf(product: string, environment: { readonly name: string; readonly domain: string | null }): string;
}

export function createAddresses(needs: {
  readonly store: Pick<Store, "domains" | "products" | "environments" | "installations">;
  /** The server's base domain. */
  readonly domain: string;
  /** Where Baton itself answers. */
  readonly publicHost: string;
}): Addresses {
  const { store, domain, publicHost } = needs;

  const mainHostOf: Addresses["mainHostOf"] = (product, environment) =>
    mainHost({ product, environment: environment.name, domain: environment.domain ?? domain });

  return {
    mainHostOf,

    async takenBy(host, by) {
      if (host === publicHost) return `the address ${host} is Baton's own`;
      const owner = (await store.domains.ownerOf(host)) ?? (await namedLike(host));
      return owner === null || owner === by
        ? null
        : `the address ${host} belongs to ${(await installationName(store, owner)) ?? "another product"}`;
    },
  };

  /** The installation whose own name this is, though nothing of it may have been served yet. */
  async function namedLike(host: string): Promise<InstallationId | null> {
    const [products, environments, installations] = await Promise.all([
      store.products.list(),
      store.environments.list(),
      store.installations.list(),
    ]);
    const isNamedLike = ({ productId, environmentId }: Installation) => {
      const product = products.find(({ id }) => id === productId);
      const environment = environments.find(({ id }) => id === environmentId);
      return product && environment && mainHostOf(product.slug, environment) === host;
    };
    return installations.find(isNamedLike)?.id ?? null;
  }
}

/** "shop", or "shop in staging"; null: it is gone. */
export async function installationName(
  store: {
    readonly installations: Pick<Store["installations"], "get">;
    readonly products: Pick<Store["products"], "get">;
    readonly environments: Pick<Store["environments"], "get">;
  },
  id: InstallationId,
): Promise<string | null> {
  const installation = await store.installations.get(id);
  const product = installation && (await store.products.get(installation.productId));
  const environment = installation && (await store.environments.get(installation.environmentId));
  if (!product) return null;
  return !environment || environment.name === "production" ? product.slug : `${product.slug} in ${environment.name}`;
}
