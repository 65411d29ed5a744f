import type { Mood } from "../../../../views/frame/frame.ts";
import { Part } from "../../../../views/frame/live-region.tsx";
import { type InstallationCard, type ProductCard, productListId } from "../../../../views/product/product-list.tsx";
import type { Activity } from "../../../../views/system/activity-line.tsx";
import { HomeList, HomePage, type HomeProps } from "../../../../views/system/home-page.tsx";
import { isEnvironmentName, parseSlug } from "../../../model/product.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";
import { routes } from "../../../routes.ts";
import { parseProductQuery, productQueryParams, selectProducts } from "../../../rules/products/product-list.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { answerWithSnapshots } from "../../streams/state-stream.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { liveOf, runState } from "../product/live-version.ts";
import { activityOf } from "./activity.ts";
import { remainingSetUpSteps } from "./set-up.ts";

export function createHomePages(needs: PageNeeds) {
  const { endpoints, clock } = needs;
  // The URL that a new product is pushed to.
  const gitUrl = new URL(routes.git("my-app"), needs.publicUrl).href;

  return endpoints
    .router()
    .on(routes.home.get, async (c) => {
      const home = await readHome(c);
      const query = { ...(home.list && productQueryParams(home.list.query)), shown: digestOf(home) };
      const url = `${routes.homeStream()}?${new URLSearchParams(query)}`;
      const frame = frameOf(c, needs, { title: "Products", section: "products", mood: home.list?.mood ?? "idle" });
      const setUpStepsLeft = await remainingSetUpSteps(needs);
      return c.html(
        HomePage({
          frame,
          home,
          setUpStepsLeft,
          notice: deletedText(c.req.query()),
          stream: { url, pauseInBackground: true },
        }),
      );
    })

    .on(routes.homeStream.get, (c) =>
      answerWithSnapshots(c, needs, async () => {
        const home = await readHome(c);
        const children = HomeList({ home, now: clock.now() });
        const html = await Part({ target: productListId, how: "replace", children }).toString();
        return { digest: digestOf(home), html };
      }),
    );

  async function readHome(c: WebContext): Promise<HomeProps> {
    const cards = await productCards(needs, c.req.raw.signal);
    if (cards.length === 0) return { list: null, gitUrl };
    const query = parseProductQuery(c.req.query());
    const hasTools = cards.length > 1 || Object.keys(productQueryParams(query)).length > 0;
    const activities = cards.flatMap(({ installations }) => installations.map(({ activity }) => activity));
    return { list: { ...selectProducts(cards, query), query, hasTools, mood: moodOf(activities) }, gitUrl };
  }
}

/** The notice after a deletion. Invalid names show nothing. */
function deletedText({ done, product, environment }: Readonly<Record<string, string>>): string | null {
  if (done !== "deleted" && done !== "deleted-with-data") return null;
  if (!parseSlug(product ?? "") || (environment !== undefined && !isEnvironmentName(environment))) return null;
  const what = environment === undefined ? `Deleted ${product}` : `Removed ${product} from ${environment}`;
  return done === "deleted" ? `${what}. Its volumes were kept.` : `${what}, and the data in its volumes.`;
}

/** The state for the icon in the tab: something is in progress, or else something failed. */
function moodOf(activities: readonly (Activity | null)[]): Mood {
  const tones = activities.map((activity) => activity?.tone);
  if (tones.some((tone) => tone === "busy" || tone === "wait")) return "busy";
  return tones.includes("bad") ? "failed" : "idle";
}

async function productCards(needs: PageNeeds, signal: AbortSignal): Promise<readonly ProductCard[]> {
  const { store, catalog } = needs;
  const [products, queue] = await Promise.all([store.products.list(), store.deployments.queue()]);
  return Promise.all(
    products.map(async (product): Promise<ProductCard> => {
      const places = await catalog.placesOf(product);
      const installations = await Promise.all(places.map((place) => installationCard(needs, place, queue, signal)));
      return { slug: product.slug, repository: product.repository, installations };
    }),
  );
}

async function installationCard(
  needs: PageNeeds,
  place: InstallationRef,
  queue: Awaited<ReturnType<ReadStore["deployments"]["queue"]>>,
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
  return {
    environment: environment.name,
    state: state.status,
    url: state.urls[0] ?? null,
    live,
    activity,
    deployedAt: newest?.createdAt ?? null,
  };
}
