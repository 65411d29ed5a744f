import { Hono } from "hono";
import {
  HomePage,
  type InstallationCard,
  moodOf,
  type ProductCard,
  ProductList,
  productListId,
} from "../../../views/home-page.tsx";
import { Part } from "../../../views/live-region.tsx";
import type { Store } from "../../ports/store.ts";
import { routes } from "../../routes.ts";
import type { Place } from "../catalog.ts";
import type { WebEnv } from "../needs.ts";
import { answerWithSnapshots } from "../state-stream.ts";
import { activityOf } from "./activity.ts";
import { digestOf } from "./digest.ts";
import { liveOf, runState } from "./live-version.ts";
import { frameOf, type PageNeeds } from "./page.ts";
import { setUpStepsToTell } from "./set-up.ts";

export function createHomePages(needs: PageNeeds) {
  const { auth, clock } = needs;
  // What the first push of a new product would go to.
  const gitUrl = new URL(routes.git("my-app"), needs.publicUrl).href;

  return new Hono<WebEnv>()
    .get(routes.home(), auth.allow("member"), async (c) => {
      const cards = await productCards(needs, c.req.raw.signal);
      const url = `${routes.homeStream()}?${new URLSearchParams({ shown: digestOf(cards) })}`;
      const frame = frameOf(c, needs, { title: "Products", section: "products", mood: moodOf(cards) });
      const setUpStepsLeft = await setUpStepsToTell(needs);
      return c.html(HomePage({ frame, cards, gitUrl, setUpStepsLeft, stream: { url, pauseInBackground: true } }));
    })

    .get(routes.homeStream(), auth.allow("member"), (c) =>
      answerWithSnapshots(c, needs, async () => {
        const cards = await productCards(needs, c.req.raw.signal);
        const list = ProductList({ cards, now: clock.now(), gitUrl });
        const html = await Part({ target: productListId, how: "replace", children: list }).toString();
        return { digest: digestOf(cards), html };
      }),
    );
}

async function productCards(needs: PageNeeds, signal: AbortSignal): Promise<readonly ProductCard[]> {
  const { store, catalog } = needs;
  const [products, queue] = await Promise.all([store.products.list(), store.deployments.queue()]);
  const cards = await Promise.all(
    products.map(async (product): Promise<ProductCard> => {
      const places = await catalog.placesOf(product);
      const installations = await Promise.all(places.map((place) => installationCard(needs, place, queue, signal)));
      return { slug: product.slug, installations };
    }),
  );
  return cards.sort((a, b) => a.slug.localeCompare(b.slug));
}

async function installationCard(
  needs: PageNeeds,
  place: Place,
  queue: Awaited<ReturnType<Store["deployments"]["queue"]>>,
  signal: AbortSignal,
): Promise<InstallationCard> {
  const { store } = needs;
  const { installation, environment } = place;
  const [live, [newest]] = await Promise.all([
    liveOf(store, installation),
    store.deployments.list({ installation: installation.id, limit: 1 }),
  ]);
  const [state, activity] = await Promise.all([
    runState(needs, place, live?.deployment ?? null, signal),
    activityOf(needs, queue, installation.id, newest ?? null),
  ]);
  return { environment: environment.name, state: state.status, url: state.urls[0] ?? null, live, activity };
}
