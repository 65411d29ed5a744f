import { setTimeout as delay } from "node:timers/promises";
import { connectionError, endNow, openSession, type Session } from "./connection.ts";
import { isConnectionLost } from "./database-error.ts";

const closeTimeoutMs = 5_000;

/** Lends sessions: one that has ended, for whatever reason, is never lent again. */
export interface SessionPool {
  /** A session of the caller's own for as long as `work` takes. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Lets what runs come to its end, for a while. Nothing is lent any more. */
  close(): Promise<void>;
}

interface Lendable {
  readonly session: Session;
  alive: boolean;
}

export function createSessionPool(options: {
  readonly url: string;
  readonly name: string;
  readonly size: number;
}): SessionPool {
  const all = new Set<Lendable>();
  const idle: Lendable[] = [];
  const waiting: { readonly resolve: (lendable: Lendable) => void; readonly reject: (reason: Error) => void }[] = [];
  const uses = new Set<Promise<unknown>>();
  let closing = false;

  return {
    async use(work) {
      if (closing) throw closed();
      const use = lend(work);
      uses.add(use);
      return use.finally(() => uses.delete(use));
    },

    async close() {
      closing = true;
      for (const { reject } of waiting.splice(0)) reject(closed());
      const patience = new AbortController();
      const tooLong = delay(closeTimeoutMs, undefined, { signal: patience.signal }).catch(() => {});
      await Promise.race([Promise.allSettled(uses), tooLong]);
      patience.abort();
      await Promise.all([...all].map(({ session }) => endNow(session)));
    },
  };

  async function lend<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const lent = await acquire();
    try {
      return await work(lent.session);
    } catch (error) {
      if (isConnectionLost(error)) discard(lent);
      throw error;
    } finally {
      release(lent);
    }
  }

  function acquire(): Lendable | Promise<Lendable> {
    // The one that was used last: the others may be closed for being idle.
    for (let found = idle.pop(); found; found = idle.pop()) if (found.alive) return found;
    return all.size < options.size ? open() : new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  }

  function release(lent: Lendable): void {
    const next = waiting.shift();
    if (next) next.resolve(lent.alive ? lent : open());
    else if (lent.alive) idle.push(lent);
  }

  function open(): Lendable {
    const { url, name } = options;
    const onEnd = () => discard(lendable);
    const lendable: Lendable = { alive: true, session: openSession({ url, name, limited: true, onEnd }) };
    all.add(lendable);
    return lendable;
  }

  function discard(lendable: Lendable): void {
    lendable.alive = false;
    all.delete(lendable);
    void endNow(lendable.session);
  }
}

const closed = () => connectionError("CONNECTION_ENDED", "The store is closed");
