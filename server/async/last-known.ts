import { setTimeout as delay } from "node:timers/promises";

export interface LastKnown<T> {
  /**
   * Resolves at once with what was read last, and reads again in the background when that is older than `maxAgeMs`.
   * Before anything was read, it waits for `patienceMs` and then resolves with null.
   */
  get(): Promise<T | null>;
}

/** A fact that takes so long to read that nobody should wait for it. Reads one at a time. */
export function createLastKnown<T>(
  read: () => Promise<T>,
  { maxAgeMs, patienceMs, nowMs }: LastKnownOptions,
): LastKnown<T> {
  let last: { readonly value: T; readonly atMs: number } | null = null;
  let reading: Promise<unknown> | null = null;

  async function refresh(): Promise<void> {
    try {
      last = { value: await read(), atMs: nowMs() };
    } catch {
      // Keep the last value. The next caller tries again.
    }
    reading = null;
  }

  return {
    async get() {
      if (last === null || nowMs() - last.atMs > maxAgeMs) reading ??= refresh();
      if (last === null && reading !== null) {
        const given = new AbortController();
        await Promise.race([reading, delay(patienceMs, undefined, { signal: given.signal }).catch(() => {})]);
        given.abort();
      }
      return last?.value ?? null;
    },
  };
}

interface LastKnownOptions {
  readonly maxAgeMs: number;
  readonly patienceMs: number;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}
