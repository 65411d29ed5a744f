import { createSharedCall } from "../../../async/shared-call.ts";
import { createWakeUp } from "../../../async/wake-up.ts";
import type { DeploymentId } from "../../../model/names/ids.ts";
import type { WebAdapters } from "../../adapters.ts";
import { heartbeatMs } from "../../streams/sse.ts";
import type { ContainerNews } from "../running/container-news.ts";
import { assembleBoard, type Board } from "./assemble-board.ts";
import { type BoardRows, readAllRows, readSomeRows } from "./board-rows.ts";
import { createContainerIndex } from "./container-index.ts";
import { createLiveServices } from "./live-services.ts";

/** What all products are doing, kept in memory and read again only where something has changed. */
export interface ProductBoard {
  /** The board as it is now, including everything that was committed before. The same object while nothing changes. */
  look(): Promise<Board>;
  /**
   * Looks on behalf of all who watch, at most twice a second, and calls `changed` when the board has changed. Returns
   * the function that ends it.
   */
  watch(changed: () => void): () => void;
}

/** The shortest time between two looks for those who watch, however fast things change. */
const pauseMs = 500;
/** With more changed deployments than this, reading everything is quicker. */
const mostChanged = 200;

type Needs = Pick<WebAdapters, "store" | "engine" | "clock" | "log"> & { readonly containerNews: ContainerNews };

export function createProductBoard(needs: Needs): ProductBoard {
  const { store } = needs;
  const containers = createContainerIndex(needs);
  const servicesOf = createLiveServices(store);
  const news = new Set<() => void>();
  let changed: Set<DeploymentId> | "too many" = new Set();
  let rows: BoardRows | null = null;
  let board: Board | null = null;
  /** What the board was made of. */
  let last: Seen | null = null;

  store.events.subscribeAll((id) => {
    if (changed !== "too many") changed.add(id);
    if (changed !== "too many" && changed.size > mostChanged) changed = "too many";
    for (const wake of news) wake();
  });

  const look = createSharedCall(async (): Promise<Board> => {
    rows = await readRows();
    const [running, services] = await Promise.all([containers(), servicesOf(rows.live)]);
    // With ten thousand products, comparing them all takes longer than a page. Trouble passes as time does.
    const isSame = last?.rows === rows && last.running === running && last.services === services;
    const now = needs.clock.now();
    board =
      isSame && !last?.isPassing && board ? board : assembleBoard(rows, { containers: running, services, now }, board);
    last = { rows, running, services, isPassing: hasTrouble(board) };
    return board;
  });

  async function readRows(): Promise<BoardRows> {
    // Both are taken before anything is read: what changes meanwhile is read the next time.
    const revision = store.revision();
    const heard = changed;
    changed = new Set();
    try {
      if (rows?.revision !== revision || heard === "too many") return await readAllRows(store, revision);
      return heard.size === 0 ? rows : await readSomeRows(store, rows, heard);
    } catch (error) {
      rows = null;
      throw error;
    }
  }

  return { look, watch: createWatch(needs, look, news) };
}

/** One loop for all who watch; it runs while there are any. */
function createWatch(
  { containerNews, clock, log }: Pick<Needs, "containerNews" | "clock" | "log">,
  look: () => Promise<Board>,
  news: Set<() => void>,
): ProductBoard["watch"] {
  const watchers = new Set<{ changed(): void }>();
  let over: AbortController | null = null;

  async function keepLooking(signal: AbortSignal): Promise<void> {
    const wakeUp = createWakeUp(clock);
    news.add(wakeUp.wake);
    const stopListening = containerNews.subscribe(wakeUp.wake);
    try {
      for (let shown = await look(); ; ) {
        containerNews.keepUp();
        // Something may also change without anybody saying so.
        await wakeUp.next(heartbeatMs, signal);
        const now = await look();
        if (now !== shown) for (const watcher of [...watchers]) watcher.changed();
        shown = now;
        await clock.sleep(pauseMs, signal);
      }
    } finally {
      stopListening();
      news.delete(wakeUp.wake);
    }
  }

  function begin(): AbortController {
    const ending = new AbortController();
    void keepLooking(ending.signal).catch((error: unknown) => {
      if (ending.signal.aborted) return;
      log.warn({ err: error }, "watching the products failed; it will be retried");
      over = null;
      // Those who watch look again on their own after a while, which begins it anew.
      for (const watcher of [...watchers]) watcher.changed();
    });
    return ending;
  }

  return (changed) => {
    const watcher = { changed };
    watchers.add(watcher);
    over ??= begin();
    return () => {
      watchers.delete(watcher);
      if (watchers.size > 0) return;
      over?.abort(new Error("nobody is watching any more"));
      over = null;
    };
  };
}

/** What the board was last assembled of, and whether the passing of time may change it. */
interface Seen {
  readonly rows: unknown;
  readonly running: unknown;
  readonly services: unknown;
  readonly isPassing: boolean;
}

function hasTrouble({ products }: Board): boolean {
  return products.some(({ installations }) => installations.some(({ trouble }) => trouble !== null));
}
