import { Hono } from "hono";
import { Part } from "../../../views/live-region.tsx";
import { ProductPage, type ProductProps, ProductState, productStateId } from "../../../views/product-page.tsx";
import { StopPage } from "../../../views/stop-page.tsx";
import { routes } from "../../routes.ts";
import { sentenceOf } from "../api/route-parts.ts";
import { variableName, variableValue } from "../api/schemas.ts";
import type { Place } from "../catalog.ts";
import { readForm } from "../form.ts";
import type { WebContext, WebEnv } from "../needs.ts";
import { Problem, problemOf } from "../problem.ts";
import { urlsOf } from "../service-states.ts";
import { answerWithSnapshots } from "../state-stream.ts";
import { activityOf } from "./activity.ts";
import { deploymentRow } from "./deployment-rows.ts";
import { digestOf } from "./home.ts";
import { liveOf, runState } from "./live-version.ts";
import { frameOf, type PageNeeds } from "./page.ts";

const shownDeployments = 20;

/** What a redirect may say; anything else in the URL says nothing. */
const notices: Readonly<Record<string, string>> = {
  variables: "Saved. The next deployment gets it.",
  stopping: "Stopping. Requests that are being answered are finished first.",
};

export function createProductPages(needs: PageNeeds) {
  const { auth, store, triggers, clock } = needs;

  return new Hono<WebEnv>()
    .get(routes.product(":slug"), auth.allow("member"), async (c) => {
      const place = await placeOf(c);
      const product = await productProps(needs, place, c.req.raw.signal);
      const shown = new URLSearchParams({ shown: digestOf(product) });
      return c.html(
        ProductPage({
          frame: frameOf(c, needs, { title: product.slug, section: "products" }),
          product,
          variables: await store.installations.variableNames(place.installation.id),
          notice: notices[c.req.query("done") ?? ""] ?? null,
          stream: { url: `${routes.productStream(product.slug)}?${shown}`, pauseInBackground: true },
        }),
      );
    })

    .get(routes.productStream(":slug"), auth.allow("member"), async (c) => {
      const { product } = await placeOf(c);
      return answerWithSnapshots(c, needs, async () => {
        if ((await store.products.bySlug(product.slug))?.id !== product.id) return null;
        const props = await productProps(needs, await needs.catalog.mainPlace(product), c.req.raw.signal);
        const state = ProductState({ product: props, now: clock.now() });
        const html = await Part({ target: productStateId, how: "replace", children: state }).toString();
        return { digest: digestOf(props), html };
      });
    })

    .post(routes.productVariables(":slug"), auth.allow("member"), async (c) => {
      const { product, installation } = await placeOf(c);
      const { set, unset } = variableChanges(await readForm(c));
      await store.installations.changeVariables(installation.id, set, unset);
      return c.redirect(`${routes.product(product.slug)}?done=variables`, 303);
    })

    .get(routes.productStop(":slug"), auth.allow("member"), async (c) => {
      const { product, installation } = await placeOf(c);
      const live = await liveOf(store, installation);
      const frame = frameOf(c, needs, { title: `Stop ${product.slug}`, section: "products" });
      return c.html(StopPage({ frame, slug: product.slug, urls: urlsOf(live?.deployment ?? null, needs) }));
    })

    .post(routes.productStop(":slug"), auth.allow("member"), async (c) => {
      const { product, installation } = await placeOf(c);
      const outcome = await triggers.stop(installation.id);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.redirect(`${routes.product(product.slug)}?done=stopping`, 303);
    });

  async function placeOf(c: WebContext): Promise<Place> {
    return needs.catalog.mainPlace(await needs.catalog.product(c.req.param("slug") ?? ""));
  }
}

async function productProps(needs: PageNeeds, place: Place, signal: AbortSignal): Promise<ProductProps> {
  const { store } = needs;
  const { product, installation, environment } = place;
  const [live, queue, deployments, [lastReady]] = await Promise.all([
    liveOf(store, installation),
    store.deployments.queue(),
    store.deployments.list({ installation: installation.id, limit: shownDeployments + 1 }),
    store.deployments.lastReady(installation.id, 1),
  ]);
  const [state, activity] = await Promise.all([
    runState(needs, place, live?.deployment ?? null, signal),
    activityOf(needs, queue, installation.id, deployments[0] ?? null),
  ]);
  return {
    slug: product.slug,
    environment: environment.name,
    branch: installation.branch,
    gitUrl: new URL(routes.git(product.slug), needs.publicUrl).href,
    state: state.status,
    urls: state.urls,
    services: state.services.map(({ name, kind, status }) => ({ name, kind, state: status })),
    live,
    activity,
    redeployId: live?.deployment.id ?? lastReady?.id ?? null,
    rows: deployments.slice(0, shownDeployments).map((row) => deploymentRow(row, place, "its product's")),
    hasMore: deployments.length > shownDeployments,
  };
}

function variableChanges(form: URLSearchParams): {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
} {
  const check = (schema: typeof variableName, value: string | null) => {
    const checked = schema.safeParse(value);
    if (!checked.success) throw new Problem(400, "invalid", sentenceOf(checked.error));
    return checked.data;
  };
  if (form.has("unset")) return { set: {}, unset: [check(variableName, form.get("unset"))] };
  return { set: { [check(variableName, form.get("name"))]: check(variableValue, form.get("value")) }, unset: [] };
}
