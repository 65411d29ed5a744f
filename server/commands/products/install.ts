import { type Installation, parseSlug } from "../../model/product.ts";
import { mainHostOf } from "../../rules/routing/taken-host.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { whyAddressTaken } from "./addresses.ts";

/**
 * Installs a product in another environment without deploying it. If `branch` is null, it tracks the environment's
 * branch.
 */
export async function install(
  adapters: Uses<"store" | "domain" | "publicHost">,
  {
    product: slug,
    environment: name,
    branch,
  }: { readonly product: string; readonly environment: string; readonly branch: string | null },
): Promise<{ readonly type: "installed"; readonly installation: Installation } | Refused> {
  const { store } = adapters;
  const parsed = parseSlug(slug);
  const product = parsed && (await store.products.bySlug(parsed));
  if (!product) return refused("not_found", `there is no product "${slug}"`);
  const environment = (await store.environments.list()).find((one) => one.name === name);
  if (!environment) return refused("not_found", `there is no environment "${name}"`);
  const isThere = refused("conflict", `${slug} is already installed in ${name}`);
  const installed = await store.installations.ofProduct(product.id);
  if (installed.some(({ environmentId }) => environmentId === environment.id)) return isThere;
  const taken = await whyAddressTaken(adapters, mainHostOf(adapters, slug, environment), null);
  if (taken) return refused("conflict", taken);
  const installation = await store.installations.create({
    productId: product.id,
    environmentId: environment.id,
    branch: branch ?? environment.branch,
  });
  return installation ? { type: "installed", installation } : isThere;
}
