import type { z } from "@hono/zod-openapi";
import type { Product } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { groupBy } from "../../../rules/rollout/group-by.ts";
import type { WebAdapters } from "../../adapters.ts";
import { displayName } from "../../read/display-name.ts";
import { webhookUrl } from "../../webhooks/webhook-url.ts";
import type { productSchema } from "../schemas/products/products.ts";

/** Formats products as the API documents them, in their order, with as few reads as for one. */
export async function productsJson(
  needs: WebAdapters,
  products: readonly Product[],
): Promise<readonly z.infer<typeof productSchema>[]> {
  const { store } = needs;
  const ids = products.map(({ id }) => id);
  const [places, variables] = await Promise.all([
    store.installations.installedProducts({ products: ids }),
    store.products.variableNamesOf(ids),
  ]);
  const ofProduct = groupBy(places, ({ product }) => product.id);
  return products.map((product) => {
    const own = ofProduct.get(product.id) ?? [];
    const main = own.find(({ environment }) => environment.name === "production") ?? own[0];
    return {
      id: product.id,
      name: product.slug,
      displayName: displayName(product.slug),
      repository: product.repository,
      branch: main?.installation.branch ?? null,
      watch: product.watch,
      hidesLogs: product.hidesLogs,
      variables: [...(variables.get(product.id) ?? [])],
      gitUrl: new URL(routes.git(product.slug), needs.publicUrl).href,
      productDeployments: own.map(({ installation, environment }) => ({
        id: installation.id,
        environment: environment.name,
      })),
      webhook: { url: webhookUrl(needs, product) },
      createdAt: product.createdAt.toISOString(),
    };
  });
}
