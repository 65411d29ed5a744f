import { DeploymentPage } from "../../../../views/deployment/deployment-page.tsx";
import type { QueueOutcome } from "../../../commands/deployments/queue-deployment.ts";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import { routes } from "../../../routes.ts";
import { notFound, Problem, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../needs.ts";
import { displayName } from "../../read/display-name.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { createDeploymentTeller } from "./deployment-updates.ts";
import { deploymentView, readProgress } from "./deployment-view.ts";
import { lastLines, logBlocks, ofStack, withWords } from "./log-blocks.ts";

/** A page that holds more lines than this is slow; the rest is a click away, as text. */
const maxLines = 2_000;

export function createDeploymentPages(needs: PageNeeds) {
  const { endpoints, commands, catalog, streams } = needs;

  return endpoints
    .router()
    .on(routes.deployment.get, async (c) => {
      const { deployment, place } = await find(c);
      const stack = c.req.query("stack") ?? null;
      const words = (c.req.query("q") ?? "").slice(0, 200);
      const { progress, events } = await readProgress(needs.store, deployment.id);
      const view = await deploymentView(needs, deployment, place, progress, stack);
      const blocks = logBlocks(ofStack(events, deployment, stack), deployment.createdAt);
      const { shown, omitted } = lastLines(withWords(blocks, words), maxLines);
      const url = `${routes.deploymentStream(deployment.id)}?${new URLSearchParams({
        after: String(progress.seq),
        ...(stack !== null && { stack }),
      })}`;
      const title = `${view.word} · ${view.slug} #${deployment.number}`;
      const chosen = view.overview?.isAsked ? view.overview.chosen : null;
      const query = chosen === null ? {} : { stack: chosen };
      return c.html(
        DeploymentPage({
          frame: frameOf(c, needs, { title, section: "deployments", mood: view.mood }),
          view,
          // It ends by itself, and its result is worth seeing from another tab: so it goes on in the background.
          stream: progress.settled ? null : { url, pauseInBackground: false },
          log: {
            title: chosen === null ? "Log" : `Log of ${displayName(chosen)}`,
            blocks: shown,
            omitted,
            downloadUrl: `${routes.api.deploymentLog(deployment.id)}?${new URLSearchParams(query)}`.replace(/\?$/, ""),
            search: { path: routes.deployment(deployment.id), query, words },
          },
        }),
      );
    })

    .on(routes.deploymentStream.get, async (c) => {
      const { deployment } = await find(c);
      const after = Math.max(0, Math.trunc(Number(c.req.query("after"))) || 0);
      const reader = { csrf: c.get("visitor")?.csrf ?? null, stack: c.req.query("stack") ?? null };
      return streams.answer(c, deployment, after, (from) => createDeploymentTeller(needs, deployment.id, from, reader));
    })

    .on(routes.deploymentCancel.post, async (c) => {
      const { deployment } = await find(c);
      const outcome = await commands.cancel(deployment);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.redirect(routes.deployment(deployment.id), 303);
    })

    .on(routes.deploymentRetry.post, async (c) => {
      const { deployment } = await find(c);
      if (deployment.status !== "failed") {
        throw new Problem(
          409,
          "conflict",
          `deployment ${deployment.number} did not fail, so there is nothing to retry`,
        );
      }
      const asked = await retry(deployment, c);
      if (asked.type === "refused") throw problemOf(asked);
      return c.redirect(routes.deployment(asked.deployment.id), 303);
    })

    .on(routes.deploymentDismiss.post, async (c) => {
      const { deployment } = await find(c);
      if (deployment.status !== "failed") {
        throw new Problem(409, "conflict", `deployment ${deployment.number} did not fail`);
      }
      await commands.dismissFailure(deployment);
      return c.redirect(routes.home(), 303);
    });

  async function retry(deployment: Deployment, c: WebContext): Promise<QueueOutcome> {
    const by = visitorOf(c).identity.name;
    const { signal } = c.req.raw;
    const source = deployment.sourceId === null ? null : await needs.store.deployments.get(deployment.sourceId);
    if (deployment.fresh) return redeployAll(deployment, by);
    // What had been ready is made live again as it was meant to be; all else is built from the same commit.
    if (source) return commands.redeploy(source, deployment.variables, by, signal);
    return commands.retry(deployment, by, signal);
  }

  /** A product redeploy is tried again as one. */
  async function redeployAll({ installationId }: Deployment, by: string): Promise<QueueOutcome> {
    const asked = await commands.redeployProduct(installationId, { by, sessionId: null });
    return asked.type === "queued" ? { ...asked, rebuild: false } : asked;
  }

  async function find(c: WebContext) {
    const id = Number(c.req.param("id"));
    if (!Number.isSafeInteger(id)) throw notFound("such deployment");
    return catalog.deployment(id);
  }
}
