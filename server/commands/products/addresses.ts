import type { InstallationId } from "../../model/names/ids.ts";
import { whyTaken } from "../../rules/routing/taken-host.ts";
import type { Uses } from "../adapters.ts";

/**
 * Says in a sentence why a host is taken; null if it is free to the installation that asks. Call this before the host
 * is served: only the cut-over claims it.
 */
export async function whyAddressTaken(
  { store, domain, publicHost }: Uses<"store" | "domain" | "publicHost">,
  host: string,
  by: InstallationId | null,
): Promise<string | null> {
  const claimedBy = await store.domains.ownerOf(host);
  const installed = await store.installations.installedProducts();
  return whyTaken({ domain, publicHost, installed }, host, claimedBy, by);
}
