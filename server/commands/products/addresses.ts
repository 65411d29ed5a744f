import type { InstallationId } from "../../model/names/ids.ts";
import type { Installation } from "../../model/product.ts";
import type { Store } from "../../ports/store/store.ts";
import { mainHost } from "../../rules/routing/urls.ts";

/** What tells who may have which host. */
export interface AddressBook {
  readonly store: Pick<Store, "domains" | "products" | "environments" | "installations">;
  /** The server's base domain. */
  readonly domain: string;
  /** Where Baton itself answers. */
  readonly publicHost: string;
}

/**
 * Why this host cannot be had, as a sentence; null: it can. `by` is who asks: what it has already is no hindrance. This
 * is asked before anything is served at the host; the cut-over claims hosts for good.
 */
export async function whyTaken(book: AddressBook, host: string, by: InstallationId | null): Promise<string | null> {
  if (host === book.publicHost) return `the address ${host} is Baton's own`;
  const owner = (await book.store.domains.ownerOf(host)) ?? (await namedLike(book, host));
  return owner === null || owner === by
    ? null
    : `the address ${host} belongs to ${(await installationName(book.store, owner)) ?? "another product"}`;
}

/** Where an installation of this product would answer. */
export function mainHostOf(
  { domain }: Pick<AddressBook, "domain">,
  product: string,
  environment: { readonly name: string; readonly domain: string | null },
): string {
  return mainHost({ product, environment: environment.name, domain: environment.domain ?? domain });
}

/** The installation whose own name this is, though nothing of it may have been served yet. */
async function namedLike(book: AddressBook, host: string): Promise<InstallationId | null> {
  const { store } = book;
  const [products, environments, installations] = await Promise.all([
    store.products.list(),
    store.environments.list(),
    store.installations.list(),
  ]);
  const isNamedLike = ({ productId, environmentId }: Installation) => {
    const product = products.find(({ id }) => id === productId);
    const environment = environments.find(({ id }) => id === environmentId);
    return product && environment && mainHostOf(book, product.slug, environment) === host;
  };
  return installations.find(isNamedLike)?.id ?? null;
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
