import { type Deployment, specOf } from "../model/deployment.ts";
import type { Installation } from "../model/product.ts";
import type { Store } from "../ports/store.ts";
import { changedNames, variableChanges } from "../rules/version-changes.ts";

/** Names of variables that the live version has not got as they are set now. Values are compared here and go nowhere. */
export async function pendingVariables(
  store: Pick<Store, "installations">,
  { id }: Installation,
  live: Deployment | null,
): Promise<readonly string[]> {
  const spec = live && specOf(live);
  return spec ? changedNames(variableChanges(spec.variables, await store.installations.variables(id))) : [];
}
