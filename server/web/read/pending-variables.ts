import { type Deployment, specOf } from "../../model/deployment/deployment.ts";
import type { Installation } from "../../model/product.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { type PendingVariables, pendingVariables } from "../../rules/settings/pending-variables.ts";
import { resolveVariables } from "../../rules/settings/resolve-variables.ts";

/**
 * The variables whose current values a version, usually the live one, does not have yet; none without a version. Values
 * are not included.
 */
export async function readPendingVariables(
  { installations }: Pick<ReadStore, "installations">,
  { id }: Installation,
  version: Deployment | null,
): Promise<PendingVariables> {
  const spec = version && specOf(version);
  if (!spec) return { names: [], inBuilds: [] };
  const scope = (await installations.variableScopes([id])).get(id);
  return pendingVariables(spec, scope ? resolveVariables(scope) : { variables: {}, marks: {} });
}
