import type { Environment } from "../../model/product.ts";
import { mainHostOf } from "../../rules/routing/taken-host.ts";
import type { Uses } from "../adapters.ts";
import { whyAddressTaken } from "../products/addresses.ts";
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
 * non-secret variables. The environment and all of them are stored in one transaction.
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
  const copies = source === null ? [] : await planCopies(adapters, wanted, source);
  const environment = await store.environments.create(
    wanted,
    copies.filter(({ copied }) => copied.refused === null).map(({ copy }) => copy),
    source?.id ?? null,
  );
  if (!environment) return refused("conflict", `there is already an environment named "${wanted.name}"`);
  return { type: "created", environment, copied: copies.map(({ copied }) => copied) };
}

async function planCopies(adapters: Adapters, wanted: Omit<Environment, "id">, source: Environment) {
  const { installations, products } = adapters.store;
  const installed = (await installations.installedProducts()).filter(({ environment }) => environment.id === source.id);
  return Promise.all(
    installed.map(async ({ product, installation }) => {
      const taken = await whyAddressTaken(adapters, mainHostOf(adapters, product.slug, wanted), null);
      const shared = await products.variableNames(product.id);
      const own = (await installations.variableEntries(installation.id)).filter(({ name }) => !shared.includes(name));
      const secrets = taken === null ? own.filter(({ value }) => value === null).map(({ name }) => name) : [];
      const copied: CopiedProduct = { product: product.slug, refused: taken, secrets };
      return { copied, copy: { from: installation.id, branch: wanted.branch ?? installation.branch } };
    }),
  );
}
