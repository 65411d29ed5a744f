import { setTimeout as delay } from "node:timers/promises";
import { connectionError, endNow, openSession, type Session } from "./connection.ts";
import { isConnectionLost } from "./database-error.ts";

const closeTimeoutMs = 5_000;

/** Lends sessions. A session that has ended is never lent again. */
export interface SessionPool {
  /** Lends a session to `work` alone for as long as it takes. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Lends no more sessions, waits a while for those in use, and ends them all. */
  close(): Promise<void>;
}

interface Lendable {
  readonly session: Session;
  alive: boolean;
}

interface PoolOptions {
  readonly url: string;
  readonly name: string;
  readonly size: number;
}

export function createSessionPool(options: PoolOptions): SessionPool {
  const sessions = createSessions(options);
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
      sessions.turnAway(closed());
      const patience = new AbortController();
      const tooLong = delay(closeTimeoutMs, undefined, { signal: patience.signal }).catch(() => {});
      await Promise.race([Promise.allSettled(uses), tooLong]);
      patience.abort();
      await sessions.endAll();
    },
  };

  async function lend<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const lent = await sessions.acquire();
    try {
      return await work(lent.session);
    } catch (error) {
      if (isConnectionLost(error)) sessions.discard(lent);
      throw error;
    } finally {
      sessions.release(lent);
    }
  }
}

/** Opens sessions up to the pool's size and hands free ones to the caller that has waited the longest. */
function createSessions({ url, name, size }: PoolOptions) {
  const all = new Set<Lendable>();
  const idle: Lendable[] = [];
  const waiting: { readonly resolve: (lendable: Lendable) => void; readonly reject: (reason: Error) => void }[] = [];

  function open(): Lendable {
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

  return {
    discard,

    acquire(): Lendable | Promise<Lendable> {
      // The most recently used session comes first; others may be closed for being idle.
      for (let found = idle.pop(); found; found = idle.pop()) if (found.alive) return found;
      return all.size < size ? open() : new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },

    release(lent: Lendable): void {
      const next = waiting.shift();
      if (next) next.resolve(lent.alive ? lent : open());
      else if (lent.alive) idle.push(lent);
    },

    turnAway(reason: Error): void {
      for (const { reject } of waiting.splice(0)) reject(reason);
    },

    async endAll(): Promise<void> {
      await Promise.all([...all].map(({ session }) => endNow(session)));
    },
  };
}

const closed = () => connectionError("CONNECTION_ENDED", "The store is closed");
