import type { RepositoryPageProps } from "../../../../views/repository/repository-page.tsx";
import type { Product } from "../../../model/product.ts";
import { movedTo } from "../../../rules/webhooks/moved-repository.ts";
import { webhookUrl } from "../../webhooks/webhook-url.ts";
import type { PageNeeds } from "../page.ts";
import { liveOf } from "../product/live-version.ts";

const shownDeliveries = 30;

/** Reads what the repository page shows. `newSecret` is only known right after it was generated. */
export async function repositoryView(
  needs: PageNeeds,
  product: Product,
  { newSecret, before }: { readonly newSecret: string | null; readonly before: number | null },
): Promise<RepositoryPageProps> {
  const { store, catalog } = needs;
  const [source, trouble, places, newest, rows] = await Promise.all([
    store.sources.get(product.id),
    store.reports.trouble(product.id),
    catalog.placesOf(product),
    store.deliveries.newestFromForge(product.id),
    store.deliveries.list(product.id, { limit: shownDeliveries + 1, ...(before !== null && { before }) }),
  ]);
  const { hasToken, deployKey, hostKey, pingedAt, hasWebhookSecret: hasSecret } = source;
  const { rootDirectory, paths, pollMinutes, polledAt } = source;
  const forge = forgeOf(needs, product);
  const environments = places.map(async ({ environment, installation }) => ({
    environment: environment.name,
    branch: installation.branch,
    live: await liveOf(store, installation),
  }));
  const deliveries = rows.slice(0, shownDeliveries);
  return {
    slug: product.slug,
    repository: {
      url: product.repository,
      branches: places.map(({ environment: { name }, installation: { branch } }) => ({ environment: name, branch })),
      ...{ rootDirectory, paths, pollMinutes, polledAt },
    },
    movedTo: movedTo(product.repository, newest),
    environments: await Promise.all(environments),
    webhook: { forge, url: webhookUrl(needs, product), hasSecret, newSecret, pingedAt },
    access: { forge, hasToken, deployKey, hostKey },
    reports: { forge, hasToken, ...source.reports, trouble },
    deliveries,
    olderThan: rows.length > shownDeliveries ? (deliveries.at(-1)?.id ?? null) : null,
  };
}

function forgeOf({ forges }: PageNeeds, { repository }: Product): string {
  const home = forges.find((one) => repository !== null && one.isHomeOf(repository)) ?? forges[0];
  return home?.title ?? "the forge";
}
