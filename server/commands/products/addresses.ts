import type { InstallationId } from "../../model/names/ids.ts";
import type { Store } from "../../ports/store/store.ts";
import { mainHost } from "../../rules/routing/urls.ts";
import { installationName } from "../../rules/wording/installation-name.ts";

/** The data needed to decide who may use a host. */
export interface AddressBook {
  readonly store: Pick<Store, "domains" | "installations">;
  /** The server's base domain. */
  readonly domain: string;
  /** The host that Baton itself answers on. */
  readonly publicHost: string;
}

/**
 * Says in a sentence why a host is taken; null if it is free. `by` is the installation that asks, whose own hosts are
 * free to it. Call this before the host is served: only the cut-over claims it.
 */
export async function whyTaken(book: AddressBook, host: string, by: InstallationId | null): Promise<string | null> {
  if (host === book.publicHost) return `the address ${host} is Baton's own`;
  const owner = (await book.store.domains.ownerOf(host)) ?? (await namedLike(book, host));
  if (owner === null || owner === by) return null;
  const installed = await book.store.installations.installedProduct(owner);
  return `the address ${host} belongs to ${installed ? installationName(installed) : "another product"}`;
}

/** The main host of an installation of this product. */
export function mainHostOf(
  { domain }: Pick<AddressBook, "domain">,
  product: string,
  environment: { readonly name: string; readonly domain: string | null },
): string {
  return mainHost({ product, environment: environment.name, domain: environment.domain ?? domain });
}

/** Finds the installation that this host is named after, even if nothing has been served there yet. */
async function namedLike(book: AddressBook, host: string): Promise<InstallationId | null> {
  const all = await book.store.installations.installedProducts();
  const named = all.find(({ product, environment }) => mainHostOf(book, product.slug, environment) === host);
  return named?.installation.id ?? null;
}
