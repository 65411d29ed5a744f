import type { Sample } from "../e2e/support/traffic.ts";

/** A time in which requests to a product, or to all, may fail, because of something that was done to it. */
export interface Window {
  readonly reason: string;
  /** Null: all products. */
  readonly product: string | null;
  readonly fromMs: number;
  /** Null while it lasts. */
  toMs: number | null;
  /** The only failure that it explains; any, when there is none. */
  readonly failure?: string;
}

export interface Loss {
  readonly product: string;
  readonly sample: Sample;
  /** Null: nothing that was done explains it. */
  readonly reason: string | null;
}

/** A request that began before something was done fails during it, and one that began during it may end after it. */
export function explain(product: string, samples: readonly Sample[], windows: readonly Window[]): readonly Loss[] {
  return samples
    .filter(({ failure }) => failure !== null)
    .map((sample) => {
      const window = windows.find(
        ({ product: of, fromMs, toMs, failure = sample.failure }) =>
          (of === null || of === product) &&
          failure === sample.failure &&
          sample.endMs >= fromMs &&
          (toMs === null || sample.startMs <= toMs),
      );
      return { product, sample, reason: window?.reason ?? null };
    });
}

/** "kill Caddy" → 12, for the report. */
export function countBy<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}
