import { routes } from "../../../routes.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { problemOf } from "../../http/problem.ts";
import { visitorOf } from "../../http/web-context.ts";
import type { PageNeeds } from "../page.ts";
import { inPlace, placeOf } from "../product/product-head.ts";

/** Restore drills that somebody asks for. The tab of backups shows them. */
export function createDrillPages(needs: PageNeeds) {
  const { endpoints, commands } = needs;
  return endpoints.router().on(routes.productDrills.post, async (c) => {
    const place = await placeOf(c, needs);
    const service = (await readForm(c)).get("service") ?? "";
    const by = visitorOf(c).identity.name;
    const outcome = await commands.tryRestore(place.installation.id, { service, by });
    if (outcome.type === "refused") throw problemOf(outcome);
    noteDetail(c, service);
    return c.redirect(inPlace(routes.productBackups(place.product.slug), place, { done: "trying" }), 303);
  });
}
