import { type Deployment, specOf } from "../../model/deployment/deployment.ts";
import type { Installation } from "../../model/product.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { type PendingVariables, pendingVariables } from "../../rules/settings/pending-variables.ts";

/** What a version, mostly the live one, has not got as it is set now; nothing where there is none. Values go nowhere. */
export async function readPendingVariables(
  { installations }: Pick<ReadStore, "installations">,
  { id }: Installation,
  version: Deployment | null,
): Promise<PendingVariables> {
  const spec = version && specOf(version);
  if (!spec) return { names: [], inBuilds: [] };
  const [variables, marks] = await Promise.all([installations.variables(id), installations.buildMarks(id)]);
  return pendingVariables(spec, { variables, marks });
}
