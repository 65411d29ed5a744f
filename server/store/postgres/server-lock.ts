import { setTimeout as delay } from "node:timers/promises";
import { lockSpace, locks } from "./advisory-locks.ts";
import { endNow, openSession, type Session } from "./connection.ts";
import { outwardError } from "./database-error.ts";

/** Both together stay below the 10 s within which a server that has lost its lock must have stopped. */
const checkEveryMs = 2_000;
const checkDeadlineMs = 5_000;
/** The lock of a killed server is held until Postgres has noticed, which takes a moment. */
const patienceMs = 2_000;
/** Longer than the database keeps the lock of a server that it cannot reach any more: see `tcp_keepalives_idle`. */
const strangerPatienceMs = 30_000;
const tryEveryMs = 100;

/** The holder's mark follows in the session's application name, which has at most 63 bytes. */
const sessionName = "baton server lock";

/** The process that holds the lock, or wants it. */
export interface LockOwner {
  /** At most 45 characters, for the database's list of sessions. */
  readonly mark: string;
  /**
   * What became of the process with this mark. Only what is certain to be gone is `dead`: its session is ended, and its
   * lock is taken. This process's own mark is dead, too, since it asks for the lock only when it has lost it.
   */
  judge(mark: string): Promise<"alive" | "dead" | "unknown">;
}

export interface ServerLock {
  /** Releases the lock. `onLost` is not called any more. */
  release(): Promise<void>;
}

/**
 * Only one server works on a database at a time. It holds a session advisory lock on a separate connection that lives
 * as long as the lock. `onLost` is called once when the connection ends or does not answer; from then on another server
 * may hold the lock. The database may keep the lock of a connection that went silent for half a minute: the session of a
 * process that is gone is ended instead, and one on another machine is waited for.
 */
export async function holdServerLock(options: {
  readonly url: string;
  readonly owner: LockOwner;
  readonly onLost: () => void;
}): Promise<ServerLock | "held-by-another"> {
  const { url, owner } = options;
  let held = false;
  const name = `${sessionName} ${owner.mark}`;
  const session = openSession({ url, name, limited: false, onEnd: () => lose() });
  const stopChecking = new AbortController();

  const lose = () => {
    if (!held) return;
    held = false;
    stopChecking.abort();
    options.onLost();
    void endNow(session);
  };

  try {
    held = await tryForAWhile(session, owner);
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

async function tryForAWhile(session: Session, owner: LockOwner): Promise<boolean> {
  const startedMs = performance.now();
  for (;;) {
    const [row] = await session<
      { held: boolean }[]
    >`select pg_try_advisory_lock(${lockSpace}::int, ${locks.server}::int) as held`;
    if (row?.held) return true;
    const limitMs = (await displace(session, owner)) === "unknown" ? strangerPatienceMs : patienceMs;
    if (performance.now() - startedMs > limitMs) return false;
    await delay(tryEveryMs);
  }
}

/** Ends the session that holds the lock if its process is gone. */
async function displace(session: Session, owner: LockOwner): ReturnType<LockOwner["judge"]> {
  const [holder] = await session<{ pid: number; name: string }[]>`
    select pid, application_name as name from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and granted and objsubid = 2
      and classid = ${lockSpace}::int and objid = ${locks.server}::int
      and pg_locks.database = (select oid from pg_database where datname = current_database())`;
  // It has let go in the meantime.
  if (!holder) return "unknown";
  const found = await owner.judge(holder.name.replace(sessionName, "").trim());
  if (found === "dead") await session`select pg_terminate_backend(${holder.pid}::int)`;
  return found;
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
