import { randomBytes } from "node:crypto";
import { type SetUpStep, setUpSteps } from "../../rules/products/set-up-steps.ts";
import { isServedPlain } from "../../rules/routing/urls.ts";
import type { WebAdapters } from "../adapters.ts";
import { type HostStates, isDashboardPlain } from "./host-states.ts";

/**
 * Only a wildcard record resolves this host. It is chosen once per start, so that its state is cached like any other
 * host's.
 */
const madeUpLabel = `baton-${randomBytes(6).toString("hex")}`;

/** Reads the current state of the checklist. It queries DNS, and Caddy for its certificate. */
export async function readSetUpSteps(
  needs: Pick<WebAdapters, "store" | "reach" | "publicUrl" | "domain" | "httpPort" | "httpsPort"> & {
    readonly hostStates: HostStates;
  },
  signal: AbortSignal,
): Promise<readonly SetUpStep[]> {
  const { store, reach, hostStates, publicUrl, domain, httpPort, httpsPort } = needs;
  const [dashboard, wildcard, [live]] = await Promise.all([
    publicUrl.protocol === "https:" ? hostStates.of(publicUrl.hostname, isDashboardPlain(needs), signal) : null,
    // Each app gets its certificate when it is first served, so the made-up host never has one.
    isServedPlain(domain) ? null : hostStates.of(`${madeUpLabel}.${domain}`, true, signal),
    store.domains.list(),
  ]);
  const facts = { domain, httpPort, httpsPort, publicUrl, own: reach.ownAddresses(), dashboard, wildcard };
  return setUpSteps({ ...facts, hasLiveProduct: live !== undefined });
}
