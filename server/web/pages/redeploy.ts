import { Hono } from "hono";
import { RedeployPage } from "../../../views/redeploy-page.tsx";
import { readyAtOf, specOf } from "../../model/deployment.ts";
import { servicesOf } from "../../model/spec.ts";
import { routes } from "../../routes.ts";
import { readForm } from "../form.ts";
import { visitorOf, type WebContext, type WebEnv } from "../needs.ts";
import { Problem, problemOf } from "../problem.ts";
import { liveOf } from "./live-version.ts";
import { frameOf, type PageNeeds } from "./page.ts";

/** "What would happen?", then it happens. */
export function createRedeployPages(needs: PageNeeds) {
  const { auth, store, engine, triggers, catalog } = needs;

  return new Hono<WebEnv>()
    .get(routes.deploymentRedeploy(":id{[0-9]+}"), auth.allow("member"), async (c) => {
      const { deployment, place } = await find(c);
      const [readyAt, spec] = [readyAtOf(deployment), specOf(deployment)];
      if (!readyAt || !spec) {
        throw new Problem(
          409,
          "conflict",
          `deployment ${deployment.number} was never ready, so it cannot be made live again`,
        );
      }
      const { product, installation } = place;
      const [live, today, images] = await Promise.all([
        liveOf(store, installation),
        store.installations.variableNames(installation.id),
        Promise.all(servicesOf(spec).map(({ image }) => engine.inspectImage(image, c.req.raw.signal))),
      ]);
      const then = Object.keys(spec.variables).sort();
      const frame = frameOf(c, needs, { title: `Redeploy ${product.slug} #${deployment.number}`, section: "products" });
      const redeploy = {
        slug: product.slug,
        deployment,
        readyAt,
        live: live?.deployment.id === deployment.id,
        replaces: live?.deployment.number ?? null,
        rebuild: images.includes(null),
        onlyThen: then.filter((name) => !today.includes(name)),
        onlyNow: today.filter((name) => !then.includes(name)),
      };
      return c.html(RedeployPage({ frame, redeploy }));
    })

    .post(routes.deploymentRedeploy(":id{[0-9]+}"), auth.allow("member"), async (c) => {
      const { deployment } = await find(c);
      const variables = (await readForm(c)).get("variables") === "now" ? "now" : "then";
      const by = visitorOf(c).identity.name;
      const asked = await triggers.redeploy(deployment, variables, by, c.req.raw.signal);
      if (asked.type === "refused") throw problemOf(asked);
      return c.redirect(routes.deployment(asked.deployment.id), 303);
    });

  async function find(c: WebContext) {
    return catalog.deployment(Number(c.req.param("id")));
  }
}
