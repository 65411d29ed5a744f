import { setTimeout as delay } from "node:timers/promises";
import { lockSpace, locks } from "./advisory-locks.ts";
import { endNow, openSession, type Session } from "./connection.ts";
import { outwardError } from "./database-error.ts";

/** Together below the 10 s within which a server that has lost its lock must have stopped. */
const checkEveryMs = 2_000;
const checkDeadlineMs = 5_000;
/** A server that was killed holds its lock until Postgres has noticed: a moment. */
const patienceMs = 2_000;
const tryEveryMs = 100;

export interface ServerLock {
  /** Lets go. `onLost` is not called any more. */
  release(): Promise<void>;
}

/**
 * One server works on a database at a time: a session advisory lock, on a connection of its own that lives as long as
 * the lock. `onLost` is called once when the connection ends or does not answer: another server may hold the lock
 * from then on.
 */
export async function holdServerLock(options: {
  readonly url: string;
  readonly onLost: () => void;
}): Promise<ServerLock | "held-by-another"> {
  let held = false;
  const session = openSession({ url: options.url, name: "baton server lock", limited: false, onEnd: () => lose() });
  const stopChecking = new AbortController();

  const lose = () => {
    if (!held) return;
    held = false;
    stopChecking.abort();
    options.onLost();
    void endNow(session);
  };

  try {
    held = await tryForAWhile(session);
  } catch (error) {
    await endNow(session);
    throw outwardError(error);
  }
  if (!held) {
    await endNow(session);
    return "held-by-another";
  }
  void watch(session, stopChecking.signal, lose);

  return {
    async release() {
      held = false;
      stopChecking.abort();
      await endNow(session);
    },
  };
}

async function tryForAWhile(session: Session): Promise<boolean> {
  const startedMs = performance.now();
  for (;;) {
    const [row] = await session<
      { held: boolean }[]
    >`select pg_try_advisory_lock(${lockSpace}::int, ${locks.server}::int) as held`;
    if (row?.held) return true;
    if (performance.now() - startedMs > patienceMs) return false;
    await delay(tryEveryMs);
  }
}

/** The end of the session is told of; its silence is not. */
async function watch(session: Session, stop: AbortSignal, lose: () => void): Promise<void> {
  while (!stop.aborted) {
    await delay(checkEveryMs, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) return;
    const answer = session`select 1`.then(
      () => true,
      () => false,
    );
    const silence = delay(checkDeadlineMs, false, { signal: stop }).catch(() => true);
    if (!(await Promise.race([answer, silence]))) return lose();
  }
}
