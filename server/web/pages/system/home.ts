import type { Mood } from "../../../../views/frame/frame.ts";
import { Part } from "../../../../views/frame/live-region.tsx";
import { productListId } from "../../../../views/product/product-list.tsx";
import { HomeList, HomePage, type HomeProps } from "../../../../views/system/home-page.tsx";
import { isEnvironmentName, parseSlug } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { allows } from "../../../rules/access/permissions.ts";
import type { ProductSet } from "../../../rules/access/visible-products.ts";
import {
  type ProductQuery,
  parseProductQuery,
  productQueryParams,
  selectProducts,
} from "../../../rules/products/product-list.ts";
import { visibleTo } from "../../access/visible.ts";
import { visitorOf } from "../../http/web-context.ts";
import type { Board } from "../../read/board/assemble-board.ts";
import { createVisibleBoards, type VisibleBoards } from "../../read/board/visible-boards.ts";
import { answerWithSnapshots, type Snapshot } from "../../streams/state-stream.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { createHomeCards } from "./home-cards.ts";
import { remainingSetUpSteps } from "./set-up.ts";

export function createHomePages(needs: PageNeeds) {
  const { endpoints, board } = needs;
  const read = createHomeReader(needs);
  const boards = createVisibleBoards();
  const snapshots = createSharedSnapshots(needs, read, boards);

  return endpoints
    .router()
    .on(routes.home.get, async (c) => {
      const home = await read(boards.of(await board.look(), visibleTo(c)), parseProductQuery(c.req.query()));
      const query = { ...(home.list && productQueryParams(home.list.query)), shown: digestOf(home) };
      const url = `${routes.homeStream()}?${new URLSearchParams(query)}`;
      const frame = frameOf(c, needs, { title: "Products", section: "products", mood: home.list?.mood ?? "idle" });
      const setUpStepsLeft = allows(visitorOf(c).identity, "administer", null) ? await remainingSetUpSteps(needs) : 0;
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

    .on(routes.homeStream.get, (c) => {
      const query = parseProductQuery(c.req.query());
      const visible = visibleTo(c);
      return answerWithSnapshots(c, needs, () => snapshots(query, visible), { subscribe: board.watch });
    });
}

type HomeReader = (board: Board, query: ProductQuery) => Promise<HomeProps>;

function createHomeReader(needs: PageNeeds): HomeReader {
  const cardsOf = createHomeCards(needs);
  // The URL that a new product is pushed to.
  const gitUrl = new URL(routes.git("my-app"), needs.publicUrl).href;

  return async (board, query) => {
    const { products } = board;
    if (products.length === 0) return { list: null, gitUrl };
    const hasTools = products.length > 1 || Object.keys(productQueryParams(query)).length > 0;
    const selection = selectProducts(products, query);
    const shown = await cardsOf(board, selection.shown);
    return { list: { ...selection, shown, query, hasTools, mood: moodOf(board) }, gitUrl };
  };
}

/** More addresses than people watch at a time. Anybody who may sign in can ask for any number of them. */
const mostRendered = 100;

/** Renders each page once for all who watch it and may see the same, and again only when the board has changed. */
function createSharedSnapshots({ board, clock }: PageNeeds, read: HomeReader, boards: VisibleBoards) {
  let of: Board | null = null;
  let rendered = new Map<string, Promise<Snapshot>>();

  async function render(seen: Board, query: ProductQuery): Promise<Snapshot> {
    const home = await read(seen, query);
    const children = HomeList({ home, now: clock.now() });
    const html = await Part({ target: productListId, how: "replace", children }).toString();
    return { digest: digestOf(home), html };
  }

  return async (query: ProductQuery, visible: ProductSet): Promise<Snapshot> => {
    const seen = await board.look();
    if (seen !== of || rendered.size >= mostRendered) rendered = new Map();
    of = seen;
    const key = `${visible} ${new URLSearchParams(productQueryParams(query))}`;
    const known = rendered.get(key) ?? render(boards.of(seen, visible), query);
    rendered.set(key, known);
    // Not kept when it failed, so that the next one tries again.
    known.catch(() => rendered.delete(key));
    return known;
  };
}

/** The notice after a deletion. Invalid names show nothing. */
function deletedText({ done, product, environment }: Readonly<Record<string, string>>): string | null {
  if (done !== "deleted" && done !== "deleted-with-data") return null;
  if (!parseSlug(product ?? "") || (environment !== undefined && !isEnvironmentName(environment))) return null;
  const what = environment === undefined ? `Deleted ${product}` : `Removed ${product} from ${environment}`;
  return done === "deleted" ? `${what}. Its volumes were kept.` : `${what}, and the data in its volumes.`;
}

const knownMoods = new WeakMap<Board, Mood>();

/** The state for the icon in the tab: something is in progress, or else something failed. */
function moodOf(board: Board): Mood {
  const known = knownMoods.get(board) ?? lookForMood(board);
  knownMoods.set(board, known);
  return known;
}

function lookForMood({ products }: Board): Mood {
  const tones = products.flatMap(({ installations }) => installations.map(({ activity }) => activity?.tone));
  if (tones.some((tone) => tone === "busy" || tone === "wait")) return "busy";
  return tones.includes("bad") ? "failed" : "idle";
}
