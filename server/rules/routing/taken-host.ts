import type { InstallationId } from "../../model/names/ids.ts";
import type { InstalledProduct } from "../../model/product.ts";
import { installationName } from "../wording/installation-name.ts";
import { mainHost } from "./urls.ts";

/** The data that decides who may use a host. */
export interface AddressBook {
  /** The server's base domain. */
  readonly domain: string;
  /** The host that Baton itself answers on. */
  readonly publicHost: string;
  readonly installed: readonly InstalledProduct[];
}

/**
 * Says in a sentence why a host is taken; null if it is free. `claimedBy` is the installation that serves the host or
 * that a user gave it to. `by` is the installation that asks, whose own hosts are free to it. A host also belongs to the
 * installation that is named like it, even if nothing has been served there yet.
 */
export function whyTaken(
  book: AddressBook,
  host: string,
  claimedBy: InstallationId | null,
  by: InstallationId | null,
): string | null {
  if (host === book.publicHost) return `the address ${host} is Baton's own`;
  const { installed } = book;
  const owner =
    claimedBy ?? installed.find((one) => mainHostOf(book, one.product.slug, one.environment) === host)?.installation.id;
  if (owner === undefined || owner === by) return null;
  const named = installed.find(({ installation }) => installation.id === owner);
  return `the address ${host} belongs to ${named ? installationName(named) : "another product"}`;
}

/** The main host of an installation of this product. */
export function mainHostOf(
  { domain }: Pick<AddressBook, "domain">,
  product: string,
  environment: { readonly name: string; readonly domain: string | null },
): string {
  return mainHost({ product, environment: environment.name, domain: environment.domain ?? domain });
}
