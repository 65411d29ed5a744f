import type { ProductId } from "../../model/names/ids.ts";

/** Whole repositories as streams, for a backup of the server. */
export interface RepositoryBundles {
  list(): Promise<readonly ProductId[]>;
  /** Everything in a product's repository; nothing at all when it is empty. */
  bundle(product: ProductId, signal: AbortSignal): AsyncIterable<Buffer>;
  /** Fills a product's repository from such a stream. It must not be empty. */
  unbundle(product: ProductId, content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void>;
}
