import { ProductRedeployPage } from "../../../../views/redeploy/product-redeploy-page.tsx";
import { RedeployPage, type RedeployProps } from "../../../../views/redeploy/redeploy-page.tsx";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import { readyAtOf, specOf } from "../../../model/deployment/deployment.ts";
import { type DeploymentSpec, servicesOf } from "../../../model/deployment/spec.ts";
import { routes } from "../../../routes.ts";
import { lostData } from "../../../rules/data/lost-data.ts";
import { initRunsSince, maxVersionsBack } from "../../../rules/rollout/init-runs.ts";
import { interruptions, keepUnchanged, type LiveSpec } from "../../../rules/rollout/stateful.ts";
import { readForm } from "../../http/form.ts";
import { Problem, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../needs.ts";
import type { Place } from "../../read/catalog.ts";
import { displayName } from "../../read/display-name.ts";
import { withKnownData } from "../../read/known-data.ts";
import { readPendingVariables } from "../../read/pending-variables.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { liveOf } from "../product/live-version.ts";
import { placeOf } from "../product/product-head.ts";
import { changesBetween } from "./changes.ts";

/** "What would happen?", then it happens. */
export function createRedeployPages(needs: PageNeeds) {
  const { endpoints, store, engine, git, commands, catalog } = needs;

  return endpoints
    .router()
    .on(routes.deploymentRedeploy.get, async (c) => {
      const { deployment, place } = await find(c);
      const [readyAt, spec] = [readyAtOf(deployment), specOf(deployment)];
      if (!readyAt || !spec) {
        throw new Problem(
          409,
          "conflict",
          `deployment ${deployment.number} was never ready, so it cannot be made live again`,
        );
      }
      const { product, installation, environment } = place;
      const [live, today, pending, missingImages] = await Promise.all([
        liveOf(store, installation),
        store.installations.variableNames(installation.id),
        readPendingVariables(store, installation, deployment),
        servicesWithoutImage(spec, c.req.raw.signal),
      ]);
      const isLive = live?.deployment.id === deployment.id;
      const then = Object.keys(spec.variables).sort();
      const redeploy: RedeployProps = {
        slug: product.slug,
        repository: product.repository,
        environment: environment.name,
        deployment,
        readyAt,
        live: isLive,
        isStart: live === null && c.req.query("start") === "again",
        differing: pending.names,
        replaces: live?.deployment.number ?? null,
        missingImages,
        builtIn: pending.inBuilds,
        changes:
          live && !isLive ? await changesBetween(git, product.id, live.deployment, deployment, c.req.raw.signal) : null,
        ...(await consequences(spec, live?.deployment ?? null, false, c.req.raw.signal)),
        ranSince: initRunsSince(deployment, await store.deployments.lastReady(installation.id, maxVersionsBack)),
        onlyThen: then.filter((name) => !today.includes(name)),
        onlyNow: today.filter((name) => !then.includes(name)),
      };
      const frame = frameOf(c, needs, {
        title: `Redeploy #${deployment.number} of ${product.slug}`,
        section: "products",
      });
      return c.html(RedeployPage({ frame, redeploy }));
    })

    .on(routes.deploymentRedeploy.post, async (c) => {
      const { deployment } = await find(c);
      const variables = (await readForm(c)).get("variables") === "now" ? "now" : "then";
      const by = visitorOf(c).identity.name;
      const asked = await commands.redeploy(deployment, variables, by, c.req.raw.signal);
      if (asked.type === "refused") throw problemOf(asked);
      return c.redirect(routes.deployment(asked.deployment.id), 303);
    })

    .on(routes.productApply.post, async (c) => {
      const { installation } = await placeOf(c, needs);
      const asked = await commands.applyChanges(installation.id, visitorOf(c).identity.name);
      if (asked.type === "refused") throw problemOf(asked);
      return c.redirect(routes.deployment(asked.deployment.id), 303);
    })

    .on(routes.productRedeploy.get, async (c) => {
      const place = await placeOf(c, needs);
      const { product, environment } = place;
      const { live, source } = await versionToRedeploy(place);
      const spec = source && specOf(source);
      if (!source || !spec) {
        throw new Problem(409, "conflict", "no version was ever ready, so there is nothing to redeploy");
      }
      const redeploy = {
        slug: product.slug,
        repository: product.repository,
        environment: environment.name,
        deployment: source,
        stacks: spec.stacks.map(({ name, services }) => ({
          displayName: displayName(name),
          serviceCount: services.length,
        })),
        builtIn: (await readPendingVariables(store, place.installation, source)).inBuilds,
        ...(await consequences(spec, live, true, c.req.raw.signal)),
      };
      const frame = frameOf(c, needs, { title: `Redeploy everything in ${product.slug}`, section: "products" });
      return c.html(ProductRedeployPage({ frame, redeploy }));
    })

    .on(routes.productRedeploy.post, async (c) => {
      const { installation } = await placeOf(c, needs);
      const request = { by: visitorOf(c).identity.name, sessionId: null };
      const asked = await commands.redeployProduct(installation.id, request);
      if (asked.type === "refused") throw problemOf(asked);
      return c.redirect(routes.deployment(asked.deployment.id), 303);
    });

  async function find(c: WebContext) {
    return catalog.deployment(Number(c.req.param("id")));
  }

  /** What is live, or, after a stop, the last that was ready. */
  async function versionToRedeploy({ installation }: Place) {
    const [live, [lastReady]] = await Promise.all([
      liveOf(store, installation),
      store.deployments.lastReady(installation.id, 1),
    ]);
    return { live: live?.deployment ?? null, source: live?.deployment ?? lastReady ?? null };
  }

  async function servicesWithoutImage(spec: DeploymentSpec, signal: AbortSignal): Promise<readonly string[]> {
    const services = servicesOf(spec);
    const images = await Promise.all(services.map(({ image }) => engine.inspectImage(image, signal)));
    return services.filter((_, index) => images[index] === null).map(({ name }) => name);
  }

  /** What users and data of the live version get to feel. */
  async function consequences(
    spec: DeploymentSpec,
    live: Deployment | null,
    fresh: boolean,
    signal: AbortSignal,
  ): Promise<Pick<RedeployProps, "interruptions" | "lost">> {
    const liveSpec = live && specOf(live);
    const version: LiveSpec | null =
      live && liveSpec ? { id: live.id, spec: await withKnownData(needs, liveSpec, signal) } : null;
    const asked = await withKnownData(needs, spec, signal);
    const next = { ...asked, stacks: keepUnchanged(asked, version, fresh) };
    return { interruptions: interruptions(next, version, fresh), lost: lostData(next, version, fresh) };
  }
}
