import { setTimeout as delay } from "node:timers/promises";
import { lockSpace, locks } from "./advisory-locks.ts";
import { endNow, openSession, type Session } from "./connection.ts";
import { outwardError } from "./database-error.ts";

/** Both together stay below the 10 s within which a server that has lost its lock must have stopped. */
const checkEveryMs = 2_000;
const checkDeadlineMs = 5_000;
/** The lock of a killed server is held until Postgres has noticed, which takes a moment. */
const patienceMs = 2_000;
const tryEveryMs = 100;

export interface ServerLock {
  /** Releases the lock. `onLost` is not called any more. */
  release(): Promise<void>;
}

/**
 * Only one server works on a database at a time. It holds a session advisory lock on a separate connection that lives
 * as long as the lock. `onLost` is called once when the connection ends or does not answer; from then on another server
 * may hold the lock.
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

/** The driver reports the end of the session, but not its silence. */
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
