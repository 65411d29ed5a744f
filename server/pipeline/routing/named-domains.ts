import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { Store } from "../../ports/store/store.ts";
import { faultInCustomDomain } from "../../rules/routing/custom-domain.ts";
import { whyTaken } from "../../rules/routing/taken-host.ts";
import { DeploymentFailed } from "../deployment-failed.ts";

/**
 * Checks hosts that a repository names for its services by the same rules as hosts that users enter: not Baton's own
 * and not another installation's, even if that serves nothing yet. Rejects with DeploymentFailed.
 */
export async function checkNamedDomains(
  needs: {
    readonly store: Pick<Store, "domains" | "products" | "environments" | "installations">;
    /** The server's base domain. */
    readonly domain: string;
    /** The host at which Baton itself answers. */
    readonly publicHost: string;
  },
  installation: InstallationId,
  services: readonly Pick<ServiceSpec, "name" | "kind" | "domains">[],
): Promise<void> {
  const { store, domain, publicHost } = needs;
  const naming = services.filter(({ kind, domains }) => kind === "web" && domains.length > 0);
  if (naming.length === 0) return;
  const environments = await store.environments.list();
  const baseDomains = [domain, ...environments.flatMap((environment) => environment.domain ?? [])];
  const book = { domain, publicHost, installed: await store.installations.installedProducts() };
  for (const { name, domains } of naming) {
    for (const host of domains) {
      const fault =
        faultInCustomDomain(host, { publicHost, baseDomains }) ??
        whyTaken(book, host, await store.domains.ownerOf(host), installation);
      if (fault === null) continue;
      throw new DeploymentFailed({
        ...{ stage: "plan", service: name },
        message: `${name} cannot be served at ${host}: ${fault}`,
        hint: "Change domains: in baton.yaml, or under x-baton in the compose file.",
      });
    }
  }
}
