import type { InstallationId } from "../../model/names/ids.ts";
import type { Store } from "../../ports/store/store.ts";
import { mainHost } from "../../rules/routing/urls.ts";
import { installationName } from "../../rules/wording/installation-name.ts";

/** What tells who may have which host. */
export interface AddressBook {
  readonly store: Pick<Store, "domains" | "installations">;
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
  if (owner === null || owner === by) return null;
  const installed = await book.store.installations.installedProduct(owner);
  return `the address ${host} belongs to ${installed ? installationName(installed) : "another product"}`;
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
  const all = await book.store.installations.installedProducts();
  const named = all.find(({ product, environment }) => mainHostOf(book, product.slug, environment) === host);
  return named?.installation.id ?? null;
}
