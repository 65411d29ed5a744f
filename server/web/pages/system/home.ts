import type { Mood, Reader } from "../../../../views/frame/frame.ts";
import { Part } from "../../../../views/frame/live-region.tsx";
import { offers } from "../../../../views/frame/offers.ts";
import { productListId } from "../../../../views/product/product-list.tsx";
import { HomeList, HomePage, type HomeProps } from "../../../../views/system/home-page.tsx";
import { isEnvironmentName, parseSlug } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import type { ProductSet } from "../../../rules/access/visible-products.ts";
import {
  type ProductQuery,
  parseProductQuery,
  productQueryParams,
  selectProducts,
} from "../../../rules/products/product-list.ts";
import { visibleTo } from "../../access/visible.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { Board } from "../../read/board/assemble-board.ts";
import { createVisibleBoards } from "../../read/board/visible-boards.ts";
import { answerWithSnapshots, type Snapshot } from "../../streams/state-stream.ts";
import { digestOf } from "../digest.ts";
import { frameOf, type PageNeeds, readerOf } from "../page.ts";
import { createHomeCards } from "./home-cards.ts";
import { remainingSetUpSteps } from "./set-up.ts";

export function createHomePages(needs: PageNeeds) {
  const { endpoints, board } = needs;
  const lookAt = createSharedLooks(needs, createHomeReader(needs));

  return endpoints
    .router()
    .on(routes.home.get, async (c) => {
      const { home, digest } = await lookAt(parseProductQuery(c.req.query()), viewerOf(c));
      const query = { ...(home.list && productQueryParams(home.list.query)), shown: digest };
      const url = `${routes.homeStream()}?${new URLSearchParams(query)}`;
      const frame = frameOf(c, needs, { title: "Products", section: "products", mood: home.list?.mood ?? "idle" });
      const setUpStepsLeft = offers(frame, routes.setUp.get) ? await remainingSetUpSteps(needs) : 0;
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
      const viewer = viewerOf(c);
      return answerWithSnapshots(c, needs, async () => (await lookAt(query, viewer)).snapshot(), {
        subscribe: board.watch,
      });
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
const mostLooks = 100;

/** What a page's content depends on besides the board and the query. */
interface Viewer {
  readonly visible: ProductSet;
  readonly allowed: Reader["allowed"];
}

function viewerOf(c: WebContext): Viewer {
  return { visible: visibleTo(c), allowed: readerOf(c, null).allowed };
}

interface Look {
  readonly home: HomeProps;
  readonly digest: string;
  /** Renders the list, once. */
  snapshot(): Promise<Snapshot>;
}

/** Reads each page once for all who ask for it and may do the same, and again only when the board has changed. */
function createSharedLooks({ board, clock }: PageNeeds, read: HomeReader) {
  const boards = createVisibleBoards();
  let of: Board | null = null;
  let looks = new Map<string, Promise<Look>>();

  async function look(seen: Board, query: ProductQuery, viewer: Viewer): Promise<Look> {
    const home = await read(seen, query);
    const digest = digestOf(home);
    let rendered: Promise<Snapshot> | null = null;
    return {
      home,
      digest,
      snapshot() {
        rendered ??= render(home, digest, viewer);
        return rendered;
      },
    };
  }

  async function render(home: HomeProps, digest: string, reader: Viewer): Promise<Snapshot> {
    const children = HomeList({ home, now: clock.now(), reader });
    return { digest, html: await Part({ target: productListId, how: "replace", children }).toString() };
  }

  return async (query: ProductQuery, viewer: Viewer): Promise<Look> => {
    const seen = await board.look();
    if (seen !== of || looks.size >= mostLooks) looks = new Map();
    of = seen;
    const key = `${viewer.visible} ${viewer.allowed} ${new URLSearchParams(productQueryParams(query))}`;
    const known = looks.get(key) ?? look(boards.of(seen, viewer.visible), query, viewer);
    looks.set(key, known);
    // Not kept when it failed, so that the next one tries again.
    known.catch(() => looks.delete(key));
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
