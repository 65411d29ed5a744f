import { offers } from "../../../../views/frame/offers.ts";
import { ProductRedeployPage } from "../../../../views/redeploy/product-redeploy-page.tsx";
import { RedeployPage, type RedeployProps } from "../../../../views/redeploy/redeploy-page.tsx";
import type { Refused } from "../../../commands/refused.ts";
import { type Deployment, readyAtOf, specOf } from "../../../model/deployment/deployment.ts";
import { type DeploymentSpec, servicesOf } from "../../../model/deployment/spec.ts";
import { routes } from "../../../routes.ts";
import { byText } from "../../../rules/access/by-text.ts";
import { lostData } from "../../../rules/data/lost-data.ts";
import { initRunsSince, maxVersionsBack } from "../../../rules/rollout/init-runs.ts";
import { interruptions, keepUnchanged, type LiveSpec } from "../../../rules/rollout/stateful.ts";
import { readForm } from "../../http/form.ts";
import { Problem, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { readDataThen } from "../../read/data-then.ts";
import { displayName } from "../../read/display-name.ts";
import { withKnownData } from "../../read/known-data.ts";
import { readPendingVariables } from "../../read/pending-variables.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { liveOf } from "../product/live-version.ts";
import { placeOf } from "../product/product-head.ts";
import { changesBetween } from "./changes.ts";

/** Shows what a redeploy would do, and starts it. */
export function createRedeployPages(needs: PageNeeds) {
  const { endpoints, commands, catalog } = needs;
  const find = (c: WebContext) => catalog.deployment(Number(c.req.param("id")));

  return endpoints
    .router()
    .on(routes.deploymentRedeploy.get, async (c) => {
      const { deployment, place } = await find(c);
      const isStart = c.req.query("start") === "again";
      const title = `Redeploy #${deployment.number} of ${place.product.slug}`;
      const frame = frameOf(c, needs, { title, section: "products", product: place.product });
      const [redeploy, data] = await Promise.all([
        redeployOf(needs, deployment, place, { isStart, signal: c.req.raw.signal }),
        offers(frame, routes.backupRestore.post) ? readDataThen(needs, deployment, place.installation) : null,
      ]);
      return c.html(RedeployPage({ frame, redeploy: { ...redeploy, data } }));
    })

    .on(routes.deploymentRedeploy.post, async (c) => {
      const { deployment } = await find(c);
      const form = await readForm(c);
      // It takes another right. The browser sends the form again.
      if (form.get("data") === "then") return c.redirect(routes.deploymentGoBack(deployment.id), 307);
      const by = byText(visitorOf(c).identity);
      return toDeployment(c, await commands.redeploy(deployment, variablesIn(form), by, c.req.raw.signal));
    })

    .on(routes.deploymentGoBack.post, async (c) => {
      const { deployment } = await find(c);
      const variables = variablesIn(await readForm(c));
      const by = byText(visitorOf(c).identity);
      return toDeployment(c, await commands.goBack(deployment, variables, by, c.req.raw.signal));
    })

    .on(routes.productApply.post, async (c) => {
      const { installation } = await placeOf(c, needs);
      return toDeployment(c, await commands.applyChanges(installation.id, byText(visitorOf(c).identity)));
    })

    .on(routes.productRedeploy.get, async (c) => {
      const place = await placeOf(c, needs);
      const redeploy = await productRedeployOf(needs, place, c.req.raw.signal);
      const title = `Redeploy everything in ${place.product.slug}`;
      return c.html(ProductRedeployPage({ frame: frameOf(c, needs, { title, section: "products" }), redeploy }));
    })

    .on(routes.productRedeploy.post, async (c) => {
      const { installation } = await placeOf(c, needs);
      const request = { by: byText(visitorOf(c).identity), sessionId: null };
      return toDeployment(c, await commands.redeployProduct(installation.id, request));
    });
}

const variablesIn = (form: URLSearchParams) => (form.get("variables") === "now" ? "now" : "then");

function toDeployment(
  c: WebContext,
  outcome: { readonly type: "queued"; readonly deployment: Pick<Deployment, "id"> } | Refused,
): Response {
  if (outcome.type === "refused") throw problemOf(outcome);
  return c.redirect(routes.deployment(outcome.deployment.id), 303);
}

async function redeployOf(
  needs: PageNeeds,
  deployment: Deployment,
  { product, installation, environment }: InstallationRef,
  { isStart, signal }: { readonly isStart: boolean; readonly signal: AbortSignal },
): Promise<Omit<RedeployProps, "data">> {
  const { store, git } = needs;
  const [readyAt, spec] = [readyAtOf(deployment), specOf(deployment)];
  if (!readyAt || !spec) {
    const message = `deployment ${deployment.number} was never ready, so it cannot be made live again`;
    throw new Problem(409, "conflict", message);
  }
  const [live, today, pending, missingImages] = await Promise.all([
    liveOf(store, installation),
    store.installations.variableNames(installation.id),
    readPendingVariables(store, installation, deployment),
    servicesWithoutImage(needs, spec, signal),
  ]);
  const isLive = live?.deployment.id === deployment.id;
  const then = Object.keys(spec.variables).sort();
  return {
    slug: product.slug,
    repository: product.repository,
    environment: environment.name,
    deployment,
    readyAt,
    live: isLive,
    isStart: live === null && isStart,
    differing: pending.names,
    replaces: live?.deployment.number ?? null,
    missingImages,
    builtIn: pending.inBuilds,
    changes: live && !isLive ? await changesBetween(git, product.id, live.deployment, deployment, signal) : null,
    ...(await consequences(needs, spec, live?.deployment ?? null, { fresh: false, signal })),
    ranSince: initRunsSince(deployment, await store.deployments.lastReady(installation.id, maxVersionsBack)),
    onlyThen: then.filter((name) => !today.includes(name)),
    onlyNow: today.filter((name) => !then.includes(name)),
  };
}

/** Redeploys what is live or, after a stop, the last version that was ready. */
async function productRedeployOf(
  needs: PageNeeds,
  { product, installation, environment }: InstallationRef,
  signal: AbortSignal,
) {
  const { store } = needs;
  const [found, [lastReady]] = await Promise.all([
    liveOf(store, installation),
    store.deployments.lastReady(installation.id, 1),
  ]);
  const live = found?.deployment ?? null;
  const source = live ?? lastReady ?? null;
  const spec = source && specOf(source);
  if (!source || !spec) {
    throw new Problem(409, "conflict", "no version was ever ready, so there is nothing to redeploy");
  }
  return {
    slug: product.slug,
    repository: product.repository,
    environment: environment.name,
    deployment: source,
    stacks: spec.stacks.map(({ name, services }) => ({
      displayName: displayName(name),
      serviceCount: services.length,
    })),
    builtIn: (await readPendingVariables(store, installation, source)).inBuilds,
    ...(await consequences(needs, spec, live, { fresh: true, signal })),
  };
}

async function servicesWithoutImage(
  { engine }: PageNeeds,
  spec: DeploymentSpec,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const services = servicesOf(spec);
  const images = await Promise.all(services.map(({ image }) => engine.inspectImage(image, signal)));
  return services.filter((_, index) => images[index] === null).map(({ name }) => name);
}

/** Finds the services that would be interrupted and the data that would be lost. */
async function consequences(
  needs: PageNeeds,
  spec: DeploymentSpec,
  live: Deployment | null,
  { fresh, signal }: { readonly fresh: boolean; readonly signal: AbortSignal },
): Promise<Pick<RedeployProps, "interruptions" | "lost">> {
  const liveSpec = live && specOf(live);
  const version: LiveSpec | null =
    live && liveSpec ? { id: live.id, spec: await withKnownData(needs, liveSpec, signal) } : null;
  const asked = await withKnownData(needs, spec, signal);
  const next = { ...asked, stacks: keepUnchanged(asked, version, fresh) };
  return { interruptions: interruptions(next, version, fresh), lost: lostData(next, version, fresh) };
}
