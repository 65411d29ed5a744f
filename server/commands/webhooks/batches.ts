/**
 * Collects items while the previous write is running and writes them together. A burst then takes only a few
 * transactions, and each caller still waits until its own item is stored.
 */
export function createBatches<Key, Item, Result>(
  write: (key: Key, items: readonly Item[]) => Promise<readonly Result[]>,
  maxItems: number,
): (key: Key, item: Item) => Promise<Result> {
  interface Waiting {
    readonly item: Item;
    resolve(result: Result): void;
    reject(error: unknown): void;
  }
  const lines = new Map<Key, Waiting[]>();

  return (key, item) =>
    new Promise((resolve, reject) => {
      const waiting = { item, resolve, reject };
      const line = lines.get(key);
      if (line) line.push(waiting);
      else {
        lines.set(key, [waiting]);
        void workOff(key);
      }
    });

  async function workOff(key: Key): Promise<void> {
    for (let line = lines.get(key) ?? []; line.length > 0; ) await attempt(key, line.splice(0, maxItems));
    lines.delete(key);
  }

  /** An item that cannot be written does not fail the others. */
  async function attempt(key: Key, batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await write(
        key,
        batch.map(({ item }) => item),
      );
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      const [only] = batch;
      if (batch.length === 1) only?.reject(error);
      else for (const one of batch) await attempt(key, [one]);
    }
  }
}
