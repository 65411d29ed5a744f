import { Part } from "../../../../views/frame/live-region.tsx";
import type { LiveVersion } from "../../../../views/product/live-version.tsx";
import {
  DomainsPage,
  type DomainsProps,
  HostStateLine,
  hostStateId,
  type ServedHost,
  type ServiceDomains,
} from "../../../../views/settings/domains-page.tsx";
import { specOf } from "../../../model/deployment/deployment.ts";
import { servicesOf } from "../../../model/deployment/spec.ts";
import { routes } from "../../../routes.ts";
import { customDomainOf } from "../../../rules/routing/custom-domain.ts";
import { recordAdvice } from "../../../rules/routing/host-state.ts";
import { isServedPlain, urlOf } from "../../../rules/routing/urls.ts";
import { readForm } from "../../http/form.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { inPlace, placeOf, productFacts, productStreamUrl } from "./product-head.ts";

const notices: Readonly<Record<string, string>> = {
  added: "Added. Its DNS record and certificate are checked below.",
  removed: "Removed. It is no longer served.",
};

/** The hosts of a product's web services: those that Baton derives from its name, and custom ones. */
export function createProductDomainsPages(needs: PageNeeds) {
  const { endpoints, store, commands } = needs;

  return endpoints
    .router()
    .on(routes.productDomains.get, async (c) => c.html(await page(c, await placeOf(c, needs), null)))

    .on(routes.productDomains.post, async (c) => {
      const place = await placeOf(c, needs);
      const form = await readForm(c);
      const service = form.get("service") ?? "";
      const [typed, removed] = [form.get("add"), form.get("remove")];
      const added = typed === null || typed === undefined ? null : customDomainOf(typed);
      const custom = await store.domains.custom(place.installation.id);
      const before = custom.filter((route) => route.service === service).map(({ host }) => host);
      const kept = before.filter((host) => host !== removed && host !== added);
      const hosts = added === null ? kept : [...kept, added];
      const outcome = await commands.setDomains(place.installation.id, service, hosts, c.req.raw.signal);
      if (outcome.type === "refused") {
        const refused = { service, host: typed ?? "", message: outcome.message };
        return c.html(await page(c, place, refused), 400);
      }
      const done = added === null ? "removed" : "added";
      return c.redirect(inPlace(routes.productDomains(place.product.slug), place, { done }), 303);
    });

  async function page(c: WebContext, place: InstallationRef, refused: DomainsProps["refused"]) {
    const { head, live } = await productFacts(needs, place, c.req.raw.signal);
    const services = await servicesWithHosts(needs, place, live, c.req.raw.signal);
    return DomainsPage({
      frame: frameOf(c, needs, {
        title: `Domains of ${place.product.slug}`,
        section: "products",
        mood: head.mood,
        product: place.product,
      }),
      head,
      domains: {
        services,
        isPlain: isServedPlain(needs.domain),
        recordAdvice: recordAdvice(needs.reach.ownAddresses()),
        refused,
      },
      notice: notices[c.req.query("done") ?? ""] ?? null,
      stream: { url: productStreamUrl(place, digestOf([head, services]), "domains"), pauseInBackground: true },
    });
  }
}

/**
 * Lists the web services of the live version and those with custom hosts, with how far each host is from being served.
 */
export async function servicesWithHosts(
  needs: PageNeeds,
  { installation }: InstallationRef,
  live: LiveVersion | null,
  signal: AbortSignal,
): Promise<readonly ServiceDomains[]> {
  const { store, hostStates } = needs;
  const isPlain = isServedPlain(needs.domain);
  const spec = live && specOf(live.deployment);
  const [own, custom] = await Promise.all([
    store.domains.list([installation.id]),
    store.domains.custom(installation.id),
  ]);
  const web = spec ? servicesOf(spec).flatMap(({ kind, name }) => (kind === "web" ? [name] : [])) : [];
  const names = [...new Set([...web, ...custom.map(({ service }) => service)])];
  const hostOf = async ({ host }: { readonly host: string }): Promise<ServedHost> => {
    const state = isServedPlain(host) ? null : await hostStates.of(host, isPlain, signal);
    return { host, url: urlOf(host, needs), state };
  };
  return Promise.all(
    names.map(async (name) => ({
      name,
      own: await Promise.all(
        own.filter(({ service, host }) => service === name && !custom.some((route) => route.host === host)).map(hostOf),
      ),
      custom: await Promise.all(custom.filter(({ service }) => service === name).map(hostOf)),
    })),
  );
}

/** The states of all hosts as parts of a message. */
export async function hostStateParts(services: readonly ServiceDomains[]): Promise<string> {
  const parts = services
    .flatMap(({ own, custom }) => [...own, ...custom])
    .map(({ host, state }) =>
      state
        ? Part({ target: hostStateId(host), how: "replace", children: HostStateLine({ host, state }) }).toString()
        : "",
    );
  return (await Promise.all(parts)).join("");
}
