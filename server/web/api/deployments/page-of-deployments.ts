import type { z } from "@hono/zod-openapi";
import type { DeploymentId, ProductId } from "../../../model/names/ids.ts";
import { readPage } from "../read-page.ts";
import type { ApiNeeds } from "../route-parts.ts";
import type { pageQuery } from "../schemas/lists.ts";

/** Reads a page of deployments, newest first, of one product or of all. */
export async function pageOfDeployments(
  { store, catalog, present }: Pick<ApiNeeds, "store" | "catalog" | "present">,
  query: z.infer<typeof pageQuery>,
  filter: { readonly product?: ProductId; readonly products?: readonly ProductId[] } = {},
) {
  const ofDeployments = { limit: query.limit, before: query.before as DeploymentId | undefined };
  const { rows, next } = await readPage(ofDeployments, (page) => store.deployments.list({ ...filter, ...page }));
  const places = await catalog.placesWith(rows.map(({ installationId }) => installationId));
  return { items: [...(await present.deployments(rows, places))], ...next };
}
