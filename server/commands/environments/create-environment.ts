import type { Environment, Installation, Product } from "../../model/product.ts";
import type { Uses } from "../adapters.ts";
import { install } from "../products/install.ts";
import { type Refused, refused } from "../refused.ts";

/** The result for one product of the environment that was copied. */
export interface CopiedProduct {
  readonly product: string;
  /** Why it could not be installed; null if it was. */
  readonly refused: string | null;
  /** Secret variables, which are not copied. */
  readonly secrets: readonly string[];
}

type Adapters = Uses<"store" | "domain" | "publicHost">;

/**
 * `copyFrom` names an environment whose products are also installed in the new one, with their settings and their
 * non-secret variables.
 */
export async function createEnvironment(
  adapters: Adapters,
  wanted: Omit<Environment, "id">,
  copyFrom: string | null,
): Promise<
  { readonly type: "created"; readonly environment: Environment; readonly copied: readonly CopiedProduct[] } | Refused
> {
  const { store } = adapters;
  const existing = await store.environments.list();
  const source = copyFrom === null ? null : existing.find(({ name }) => name === copyFrom);
  if (source === undefined) return refused("not_found", `there is no environment "${copyFrom}"`);
  const environment = await store.environments.create(wanted);
  if (!environment) return refused("conflict", `there is already an environment named "${wanted.name}"`);
  const copied: CopiedProduct[] = [];
  const installed = source === null ? [] : await store.installations.installedProducts();
  for (const { product, installation } of installed.filter((one) => one.environment.id === source?.id)) {
    copied.push(await copyInto(adapters, environment, product, installation));
  }
  return { type: "created", environment, copied };
}

async function copyInto(
  adapters: Adapters,
  environment: Environment,
  product: Product,
  from: Installation,
): Promise<CopiedProduct> {
  const branch = environment.branch ?? from.branch;
  const outcome = await install(adapters, { product: product.slug, environment: environment.name, branch });
  if (outcome.type === "refused") return { product: product.slug, refused: outcome.message, secrets: [] };
  const { installations, products } = adapters.store;
  const [names, values, marks, shared, settings] = await Promise.all([
    installations.variableNames(from.id),
    installations.visibleVariables(from.id),
    installations.buildMarks(from.id),
    // The product's variables apply in all of its environments already.
    products.variableNames(product.id),
    installations.serviceSettings(from.id),
  ]);
  const own = names.filter((name) => !shared.includes(name));
  const visible = own.filter((name) => Object.hasOwn(values, name));
  const pick = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => visible.includes(name)));
  await installations.changeVariables(outcome.installation.id, pick(values), [], {
    atBuild: pick(marks),
    secret: Object.fromEntries(visible.map((name) => [name, false])),
  });
  for (const [service, set] of settings) await installations.setServiceSettings(outcome.installation.id, service, set);
  const secrets = own.filter((name) => !visible.includes(name));
  return { product: product.slug, refused: null, secrets };
}
