import { Hono } from "hono";
import { DeploymentsPage } from "../../../views/deployments-page.tsx";
import type { DeploymentId } from "../../model/ids.ts";
import { routes } from "../../routes.ts";
import type { WebEnv } from "../needs.ts";
import { deploymentRow } from "./deployment-rows.ts";
import { frameOf, type PageNeeds } from "./page.ts";

const pageSize = 30;

/** All deployments, or one product's, newest first. */
export function createDeploymentsPages(needs: PageNeeds) {
  const { auth, store, catalog } = needs;

  return new Hono<WebEnv>().get(routes.deployments(), auth.allow("member"), async (c) => {
    const slug = c.req.query("product");
    const product = slug === undefined ? null : await catalog.product(slug);
    const before = Number(c.req.query("before"));
    const [places, found] = await Promise.all([
      catalog.places(),
      store.deployments.list({
        limit: pageSize + 1,
        ...(product && { product: product.id }),
        ...(Number.isSafeInteger(before) && before > 0 && { before: before as DeploymentId }),
      }),
    ]);
    const shown = found.slice(0, pageSize);
    const rows = shown.flatMap((deployment) => {
      const place = places.find(({ installation }) => installation.id === deployment.installationId);
      return place ? [deploymentRow(deployment, place, "all")] : [];
    });
    const next = found.length > pageSize ? (shown.at(-1)?.id ?? null) : null;
    const title = product ? `Deployments of ${product.slug}` : "Deployments";
    const frame = frameOf(c, needs, { title, section: "deployments" });
    return c.html(DeploymentsPage({ frame, rows, next, product: product?.slug ?? null }));
  });
}
