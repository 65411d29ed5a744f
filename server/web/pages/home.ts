import { createHash } from "node:crypto";
import { Hono } from "hono";
import { HomePage, type ProductCard, ProductList, productListId } from "../../../views/home-page.tsx";
import { Part } from "../../../views/live-region.tsx";
import { routes } from "../../routes.ts";
import type { WebEnv, WebNeeds } from "../needs.ts";
import { answerWithSnapshots } from "../state-stream.ts";
import { activityOf } from "./activity.ts";
import { liveOf, runState } from "./live-version.ts";
import { frameOf, type PageNeeds } from "./page.ts";

export function createHomePages(needs: PageNeeds) {
  const { auth, clock } = needs;
  // What the first push of a new product would go to.
  const gitUrl = new URL(routes.git("my-app"), needs.publicUrl).href;

  return new Hono<WebEnv>()
    .get(routes.home(), auth.allow("member"), async (c) => {
      const cards = await productCards(needs, c.req.raw.signal);
      const url = `${routes.homeStream()}?${new URLSearchParams({ shown: digestOf(cards) })}`;
      const frame = frameOf(c, needs, { title: "Products", section: "products" });
      return c.html(HomePage({ frame, cards, gitUrl, stream: { url, pauseInBackground: true } }));
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

async function productCards(
  needs: WebNeeds & Pick<PageNeeds, "catalog">,
  signal: AbortSignal,
): Promise<readonly ProductCard[]> {
  const { store, catalog } = needs;
  const [places, queue] = await Promise.all([catalog.places(), store.deployments.queue()]);
  const cards = await Promise.all(
    places.map(async (place): Promise<ProductCard> => {
      const { installation, product } = place;
      const [live, [newest]] = await Promise.all([
        liveOf(store, installation),
        store.deployments.list({ installation: installation.id, limit: 1 }),
      ]);
      const [state, activity] = await Promise.all([
        runState(needs, place, live?.deployment ?? null, signal),
        activityOf(needs, queue, installation.id, newest ?? null),
      ]);
      return { slug: product.slug, state: state.status, url: state.urls[0] ?? null, live, activity };
    }),
  );
  return cards.sort((a, b) => a.slug.localeCompare(b.slug));
}

/** Of the facts and not of the HTML, in which times go by. */
export function digestOf(facts: unknown): string {
  return createHash("sha256").update(JSON.stringify(facts)).digest("base64url").slice(0, 16);
}
