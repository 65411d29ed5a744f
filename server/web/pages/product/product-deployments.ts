import { DeploymentListPart, deploymentListId } from "../../../../views/deployment/deployment-list.tsx";
import { Part } from "../../../../views/frame/live-region.tsx";
import { ProductDeploymentsPage, placeOfList } from "../../../../views/product/product-deployments-page.tsx";
import { routes } from "../../../routes.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { readDeploymentList } from "../deployment/deployment-list.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { placeOf, productFacts, productStreamUrl } from "./product-head.ts";

export function createProductDeploymentsPages(needs: PageNeeds) {
  return needs.endpoints.router().on(routes.productDeployments.get, async (c) => {
    const place = await placeOf(c, needs);
    const { head } = await productFacts(needs, place, c.req.raw.signal);
    const list = await listOf(c, needs, place);
    const { status, before } = c.req.query();
    const asked = { ...(status && { status }), ...(before && { before }) };
    const url = productStreamUrl(place, digestOf([head, list]), "deployments", asked);
    return c.html(
      ProductDeploymentsPage({
        frame: frameOf(c, needs, {
          title: `Deployments of ${place.product.slug}`,
          section: "products",
          mood: head.mood,
          product: place.product,
        }),
        head,
        list,
        stream: { url, pauseInBackground: true },
      }),
    );
  });
}

export function listOf(c: WebContext, needs: PageNeeds, { installation }: InstallationRef) {
  const reader = { among: "its product's", who: visitorOf(c).identity } as const;
  return readDeploymentList(needs, { installation: installation.id }, c.req.query(), reader);
}

/** The list as a part of a message. */
export async function listPart(
  list: Awaited<ReturnType<typeof listOf>>,
  { product, environment }: InstallationRef,
  now: Date,
): Promise<string> {
  const at = placeOfList({ slug: product.slug, environment: environment.name });
  const children = DeploymentListPart({ ...at, list, now });
  return String(await Part({ target: deploymentListId, how: "replace", children }).toString());
}
