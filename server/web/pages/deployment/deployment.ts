import { DeploymentPage } from "../../../../views/deployment/deployment-page.tsx";
import type { QueueOutcome } from "../../../commands/deployments/queue-deployment.ts";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { deploymentWithoutOutput, hidesOutput } from "../../../rules/access/hidden-output.ts";
import { visibleTo } from "../../access/visible.ts";
import { notFound, Problem, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { displayName } from "../../read/display-name.ts";
import { frameOf, type PageNeeds, readerOf } from "../page.ts";
import { createDeploymentUpdates } from "./deployment-updates.ts";
import { deploymentView, readProgress } from "./deployment-view.ts";
import { lastLines, logBlocks, ofStack, withWords } from "./log-blocks.ts";

/** A page with more lines than this is slow. The rest is one click away, as text. */
const maxLines = 2_000;

export function createDeploymentPages(needs: PageNeeds) {
  const { endpoints, commands, streams } = needs;

  return endpoints
    .router()
    .on(routes.deployment.get, async (c) => show(c, needs))

    .on(routes.deploymentStream.get, async (c) => {
      const { deployment, place } = await find(c, needs);
      const after = Math.max(0, Math.trunc(Number(c.req.query("after"))) || 0);
      const asked = {
        reader: readerOf(c, place.product),
        who: visitorOf(c).identity,
        stack: c.req.query("stack") ?? null,
        visible: visibleTo(c),
      };
      return streams.answer(c, deployment, after, (from) => createDeploymentUpdates(needs, deployment.id, from, asked));
    })

    .on(routes.deploymentCancel.post, async (c) => {
      const { deployment } = await find(c, needs);
      const outcome = await commands.cancel(deployment, byText(visitorOf(c).identity));
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.redirect(routes.deployment(deployment.id), 303);
    })

    .on(routes.deploymentRetry.post, async (c) => {
      const { deployment } = await find(c, needs);
      if (deployment.status !== "failed") {
        const message = `deployment ${deployment.number} did not fail, so there is nothing to retry`;
        throw new Problem(409, "conflict", message);
      }
      if (deployment.dataBefore !== null) {
        const message = `deployment ${deployment.number} went back with the data: ask for that again, to see what would be lost now`;
        throw new Problem(409, "conflict", message);
      }
      const outcome = await retry(c, needs, deployment);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.redirect(routes.deployment(outcome.deployment.id), 303);
    })

    .on(routes.deploymentDismiss.post, async (c) => {
      const { deployment } = await find(c, needs);
      if (deployment.status !== "failed") {
        throw new Problem(409, "conflict", `deployment ${deployment.number} did not fail`);
      }
      await commands.dismissFailure(deployment);
      return c.redirect(routes.home(), 303);
    });
}

async function find(c: WebContext, { catalog }: PageNeeds) {
  const id = Number(c.req.param("id"));
  if (!Number.isSafeInteger(id)) throw notFound("such deployment");
  return catalog.deployment(id);
}

async function show(c: WebContext, needs: PageNeeds): Promise<Response> {
  const found = await find(c, needs);
  const { place } = found;
  const isHidden = hidesOutput(visitorOf(c).identity, place.product);
  const deployment = isHidden ? deploymentWithoutOutput(found.deployment) : found.deployment;
  const stack = c.req.query("stack") ?? null;
  const words = (c.req.query("q") ?? "").slice(0, 200);
  const { progress, events } = await readProgress(needs.store, deployment.id, isHidden);
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
      frame: frameOf(c, needs, { title, section: "deployments", mood: view.mood, product: place.product }),
      view,
      // A deployment ends soon and users wait for it in another tab, so the stream continues in the background.
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
}

/** Retries a product redeploy as one, makes a version that was ready live again, and builds any other commit again. */
async function retry(c: WebContext, { store, commands }: PageNeeds, deployment: Deployment): Promise<QueueOutcome> {
  const by = byText(visitorOf(c).identity);
  if (deployment.fresh) {
    const outcome = await commands.redeployProduct(deployment.installationId, { by, sessionId: null });
    return outcome.type === "queued" ? { ...outcome, rebuild: false } : outcome;
  }
  const source = deployment.sourceId === null ? null : await store.deployments.get(deployment.sourceId);
  return source
    ? commands.redeploy(source, deployment.variables, by, c.req.raw.signal)
    : commands.retry(deployment, by, c.req.raw.signal);
}
