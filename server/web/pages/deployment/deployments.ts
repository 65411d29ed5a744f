import { DeploymentListPart, deploymentListId } from "../../../../views/deployment/deployment-list.tsx";
import { DeploymentsPage, placeOfAll } from "../../../../views/deployment/deployments-page.tsx";
import { Part } from "../../../../views/frame/live-region.tsx";
import { routes } from "../../../routes.ts";
import { withinVisible } from "../../access/visible.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { answerWithSnapshots } from "../../streams/state-stream.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { readDeploymentList } from "./deployment-list.ts";

/** With more products, a name is typed instead of chosen. */
const mostToChooseFrom = 50;

/** The list of all deployments or of one product's, newest first. */
export function createDeploymentsPages(needs: PageNeeds) {
  const { endpoints, store, catalog, clock, rights } = needs;

  return endpoints
    .router()
    .on(routes.deployments.get, async (c) => {
      const { list, product } = await read(c);
      const some = await store.products.list({ limit: mostToChooseFrom + 1, ...withinVisible(c) });
      const title = product ? `Deployments of ${product}` : "Deployments";
      const { shown: _, ...asked } = c.req.query();
      const query = new URLSearchParams({ ...asked, shown: digestOf(list) });
      return c.html(
        DeploymentsPage({
          frame: frameOf(c, needs, { title, section: "deployments" }),
          list,
          product,
          products: some.length > mostToChooseFrom ? "many" : some.map(({ slug }) => slug),
          stream: { url: `${routes.deploymentsStream()}?${query}`, pauseInBackground: true },
        }),
      );
    })

    .on(routes.deploymentsStream.get, (c) =>
      answerWithSnapshots(c, needs, async () => {
        const { list, product } = await read(c);
        const children = DeploymentListPart({ ...placeOfAll(product), list, now: clock.now() });
        const html = await Part({ target: deploymentListId, how: "replace", children }).toString();
        return { digest: digestOf(list), html };
      }),
    );

  async function read(c: WebContext) {
    const slug = c.req.query("product");
    const product = slug ? await catalog.product(slug) : null;
    if (product) await rights.require(c, "see", product, `product "${slug}"`);
    const of = product ? { product: product.id } : withinVisible(c);
    const list = await readDeploymentList(needs, of, c.req.query(), { among: "all", who: visitorOf(c).identity });
    return { list, product: product?.slug ?? null };
  }
}
