import { link } from "../async/linked-abort.ts";
import type { CommandAdapters } from "../commands/adapters.ts";
import { checkRepository } from "../commands/webhooks/check-repository.ts";
import type { ProductId } from "../model/names/ids.ts";

const lookEveryMs = 15_000;
/** Limits how long slow hosts keep the others waiting. */
const atOnce = 4;

export interface RepositoryPoller {
  start(): void;
  stop(): Promise<void>;
}

/** Polls the repositories of products that are set to it, for servers that no webhook can reach. */
export function createRepositoryPoller(
  adapters: Pick<CommandAdapters, "store" | "git" | "clock" | "log" | "wakeQueue" | "allowPrivateRepositories">,
): RepositoryPoller {
  const { store, clock, log } = adapters;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** The last error of each product, so that the ledger records it once. */
  const troubles = new Map<ProductId, string>();
  let loop: Promise<void> | null = null;

  return {
    start() {
      loop ??= work();
    },
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await loop;
    },
  };

  async function work(): Promise<void> {
    while (!signal.aborted) {
      try {
        const due = [...(await store.sources.takeDuePolls(clock.now()))];
        const workers = Array.from({ length: atOnce }, async () => {
          for (let product = due.shift(); product !== undefined && !signal.aborted; product = due.shift()) {
            await look(product);
          }
        });
        await Promise.all(workers);
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, "polling repositories failed; it will be retried");
      }
      await clock.sleep(lookEveryMs, signal).catch(() => {});
    }
  }

  async function look(id: ProductId): Promise<void> {
    const product = await store.products.get(id);
    if (!product) return;
    using looking = link(signal);
    const found = await checkRepository(adapters, product, "poll", false, looking.signal);
    const trouble = "code" in found ? found.message : null;
    if (trouble !== null && trouble !== troubles.get(id)) {
      const refusal = { via: "baton", deliveryId: null, name: "poll", reason: trouble, headers: {}, bodyBytes: null };
      await store.deliveries.refuse(id, refusal, clock.now());
    }
    if (trouble === null) troubles.delete(id);
    else troubles.set(id, trouble);
  }
}
