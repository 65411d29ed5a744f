import type { z } from "@hono/zod-openapi";
import type { DeploymentId, ProductId } from "../../../model/names/ids.ts";
import { deploymentWithoutOutput, hidesOutput } from "../../../rules/access/hidden-output.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { readPage } from "../read-page.ts";
import type { ApiNeeds } from "../route-parts.ts";
import type { pageQuery } from "../schemas/lists.ts";

/** Reads a page of deployments, newest first, of one product or of all. */
export async function pageOfDeployments(
  c: WebContext,
  { store, catalog, present }: Pick<ApiNeeds, "store" | "catalog" | "present">,
  query: z.infer<typeof pageQuery>,
  filter: { readonly product?: ProductId; readonly products?: readonly ProductId[] } = {},
) {
  const ofDeployments = { limit: query.limit, before: query.before as DeploymentId | undefined };
  const { rows, next } = await readPage(ofDeployments, (page) => store.deployments.list({ ...filter, ...page }));
  const places = await catalog.placesWith(rows.map(({ installationId }) => installationId));
  const hiding = new Set(
    places.flatMap(({ installation, product }) =>
      hidesOutput(visitorOf(c).identity, product) ? [installation.id] : [],
    ),
  );
  const shown = rows.map((row) => (hiding.has(row.installationId) ? deploymentWithoutOutput(row) : row));
  return { items: [...(await present.deployments(shown, places))], ...next };
}
