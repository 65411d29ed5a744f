import { Hono } from "hono";
import { DeploymentPage } from "../../../views/deployment-page.tsx";
import { routes } from "../../routes.ts";
import type { WebContext, WebEnv } from "../needs.ts";
import { notFound, problemOf } from "../problem.ts";
import { createDeploymentTeller } from "./deployment-teller.ts";
import { deploymentView, readProgress } from "./deployment-view.ts";
import { lastLines, logBlocks } from "./log-blocks.ts";
import { frameOf, type PageNeeds } from "./page.ts";

/** A page that holds more lines than this is slow; the rest is a click away, as text. */
const maxLines = 2_000;

export function createDeploymentPages(needs: PageNeeds) {
  const { auth, triggers, catalog, streams } = needs;

  return new Hono<WebEnv>()
    .get(routes.deployment(":id{[0-9]+}"), auth.allow("member"), async (c) => {
      const { deployment, place } = await find(c);
      const { progress, events } = await readProgress(needs.store, deployment.id);
      const view = await deploymentView(needs, deployment, place, progress);
      const { shown, omitted } = lastLines(logBlocks(events, deployment.createdAt), maxLines);
      const url = `${routes.deploymentStream(deployment.id)}?after=${progress.seq}`;
      const title = `${view.word} · ${view.slug} #${deployment.number}`;
      return c.html(
        DeploymentPage({
          frame: frameOf(c, needs, { title, section: "products", mood: view.mood }),
          view,
          // It ends by itself, and its result is worth seeing from another tab: so it goes on in the background.
          stream: progress.settled ? null : { url, pauseInBackground: false },
          log: shown,
          omitted,
        }),
      );
    })

    .get(routes.deploymentStream(":id{[0-9]+}"), auth.allow("member"), async (c) => {
      const { deployment } = await find(c);
      const after = Math.max(0, Math.trunc(Number(c.req.query("after"))) || 0);
      const csrf = c.get("visitor")?.csrf ?? null;
      return streams.answer(c, deployment, after, (from) => createDeploymentTeller(needs, deployment.id, from, csrf));
    })

    .post(routes.deploymentCancel(":id{[0-9]+}"), auth.allow("member"), async (c) => {
      const { deployment } = await find(c);
      const outcome = await triggers.cancel(deployment);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.redirect(routes.deployment(deployment.id), 303);
    });

  async function find(c: WebContext) {
    const id = Number(c.req.param("id"));
    if (!Number.isSafeInteger(id)) throw notFound("such deployment");
    return catalog.deployment(id);
  }
}
