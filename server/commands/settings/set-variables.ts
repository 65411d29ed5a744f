import type { EnvironmentId, InstallationId, ProductId } from "../../model/names/ids.ts";
import type { VariableHolder } from "../../model/values/variable.ts";
import type { VariableMarks } from "../../ports/store/products.ts";
import { refuseBrokenReferences } from "../../rules/settings/reference-faults.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** A variable in both `set` and `unset` is set. Marks of variables that do not exist have no effect. */
export interface VariableUpdate extends VariableMarks {
  readonly set: Readonly<Record<string, string>>;
  readonly unset?: readonly string[];
}

export type VariableOwner =
  | { readonly installation: InstallationId }
  | { readonly product: ProductId }
  | { readonly environment: EnvironmentId };

export function holderOf(owner: VariableOwner): VariableHolder {
  if ("installation" in owner) return "installation";
  return "product" in owner ? "product" : "environment";
}

/**
 * Changes an installation's own variables, those that a product has in all environments, or those that all products in
 * an environment share. Refused when a reference in it cannot be resolved.
 */
export async function setVariables(
  { store }: Uses<"store">,
  owner: VariableOwner,
  { set, unset = [], ...marks }: VariableUpdate,
): Promise<{ readonly type: "changed" } | Refused> {
  const refuse = refuseBrokenReferences({ set, unset });
  const sentence = await change();
  return sentence === null ? { type: "changed" } : refused("invalid", sentence);

  function change(): Promise<string | null> {
    if ("installation" in owner) {
      return store.installations.changeVariables(owner.installation, set, unset, marks, refuse);
    }
    return "product" in owner
      ? store.products.changeVariables(owner.product, set, unset, marks, refuse)
      : store.environments.changeVariables(owner.environment, set, unset, marks, refuse);
  }
}
