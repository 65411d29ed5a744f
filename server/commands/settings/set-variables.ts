import type { InstallationId, ProductId } from "../../model/names/ids.ts";
import type { VariableMarks } from "../../ports/store/products.ts";
import type { Uses } from "../adapters.ts";

/** A variable in both `set` and `unset` is set. Marks of variables that do not exist have no effect. */
export interface VariableUpdate extends VariableMarks {
  readonly set: Readonly<Record<string, string>>;
  readonly unset?: readonly string[];
}

/** Changes an installation's own variables, or the ones that a product has in all environments. */
export async function setVariables(
  { store }: Uses<"store">,
  owner: { readonly product: ProductId } | { readonly installation: InstallationId },
  { set, unset = [], ...marks }: VariableUpdate,
): Promise<void> {
  if ("product" in owner) await store.products.changeVariables(owner.product, set, unset, marks);
  else await store.installations.changeVariables(owner.installation, set, unset, marks);
}
