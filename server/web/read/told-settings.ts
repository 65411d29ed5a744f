import type { Product } from "../../model/product.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { groupBy } from "../../rules/rollout/group-by.ts";
import { writtenSettings } from "../../rules/settings/written-settings.ts";
import { withoutCredentials } from "../../rules/webhooks/repository-url.ts";
import type { Told } from "../../rules/wording/change-text.ts";
import { inEnvironment } from "../../rules/wording/installation-name.ts";
import type { Catalog } from "./catalog.ts";

/** Everything that the settings of a product say, by the words of the activity log. Secrets are only said to be set. */
export async function toldSettings(
  { store, catalog }: { readonly store: ReadStore; readonly catalog: Catalog },
  slug: string,
): Promise<Readonly<Record<string, Told>>> {
  const product = await catalog.product(slug);
  const [source, places] = await Promise.all([sourceOf(store, product), catalog.placesOf(product)]);
  const ofPlaces = places.map(async ({ installation, environment }): Promise<readonly Setting[]> => {
    const [services, domains] = await Promise.all([
      store.installations.serviceSettings(installation.id),
      store.domains.custom(installation.id),
    ]);
    const name = (what: string) => inEnvironment(what, environment.name);
    return [
      [name("branch"), installation.branch],
      ...[...services].flatMap(([service, set]) => {
        const { health, ...limits } = writtenSettings(set);
        return Object.entries({ ...health, ...limits }).map(
          ([what, value]): Setting => [name(`${service}'s ${words[what] ?? what}`), value],
        );
      }),
      ...[...groupBy(domains, ({ service }) => service)].map(
        ([service, routes]): Setting => [name(`domains of ${service}`), routes.map(({ host }) => host)],
      ),
    ];
  });
  return { ...source, ...Object.fromEntries((await Promise.all(ofPlaces)).flat()) };
}

type Setting = readonly [string, Told];

const words: Readonly<Record<string, string>> = {
  path: "health check path",
  interval: "health check interval",
  tryTimeout: "request timeout",
  timeout: "startup timeout",
  successes: "required successes",
};

async function sourceOf(store: ReadStore, product: Product): Promise<Readonly<Record<string, Told>>> {
  const { rootDirectory, paths, pollMinutes, hasToken, deployKey, hostKey, reports } = await store.sources.get(
    product.id,
  );
  return {
    repository: product.repository === null ? null : withoutCredentials(product.repository),
    "git push returns": { wait: "after the watch window", background: "when it is live" }[product.watch],
    "logs of services": product.hidesLogs ? "hidden from viewers" : "open to viewers",
    "root directory": rootDirectory,
    "deploys only changes of": paths,
    "polls every": pollMinutes === null ? null : `${pollMinutes} min`,
    "access token": hasToken ? "set" : null,
    "deploy key": deployKey === null ? null : "set",
    "host key": hostKey,
    "reports commit status": reports.status,
    "reports deployments": reports.deployment,
    "reports pull request comments": reports.comment,
  };
}
