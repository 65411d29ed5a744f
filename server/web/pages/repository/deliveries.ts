import { DeliveryPage } from "../../../../views/repository/delivery-page.tsx";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { notFound, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";

/** The page of one delivery, and its button to process it again. */
export function createDeliveryPages(needs: PageNeeds) {
  const { endpoints, store, commands, catalog } = needs;
  const productOf = (c: WebContext) => catalog.product(c.req.param("slug") ?? "");

  return endpoints
    .router()
    .on(routes.delivery.get, async (c) => {
      const product = await productOf(c);
      const id = deliveryId(c);
      const delivery = await store.deliveries.get(product.id, id);
      if (!delivery) throw notFound(`delivery ${id}`);
      const frame = frameOf(c, needs, { title: `Delivery ${id} of ${product.slug}`, section: "products", product });
      const canRedeliver = delivery.event !== null;
      return c.html(DeliveryPage({ frame, slug: product.slug, delivery: { ...delivery, canRedeliver } }));
    })

    .on(routes.deliveryAgain.post, async (c) => {
      const product = await productOf(c);
      const again = await commands.redeliver(product, deliveryId(c), byText(visitorOf(c).identity));
      if ("code" in again) throw problemOf(again);
      const to = again.id === null ? routes.productWebhooks(product.slug) : routes.delivery(product.slug, again.id);
      return c.redirect(to, 303);
    });
}

/** A number that is too large to be exact cannot be a delivery's id. */
function deliveryId(c: WebContext): number {
  const id = Number(c.req.param("id"));
  if (!Number.isSafeInteger(id)) throw notFound("such delivery");
  return id;
}
