import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { LeaderWork } from "./leader-work.ts";

const tryAgainMs = 1_000;

export interface Lock {
  release(): Promise<void>;
}

/** Only the server that holds the database's lock acts. While the lock is lost, waking has no effect. */
export interface Leadership extends Pick<LeaderWork, "wakeQueue" | "wakeReconciler" | "wakeBackups"> {
  /** Stops the work and releases the lock. */
  resign(): Promise<void>;
}

/** Thrown when another server works on the database, so that this one must not. */
export class LockedOut extends Error {
  override readonly name = "LockedOut";
}

interface LeadershipNeeds {
  readonly lock: (onLost: () => void) => Promise<Lock | "held-by-another">;
  readonly startWork: () => Promise<LeaderWork>;
  readonly onLockedOut: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Takes the lock and starts the leader's work. If the lock is lost, because the database was restarted or disconnected,
 * the work stops until the lock is held again. If another server has taken the lock by then, `onLockedOut` is called
 * and this server must end. Rejects with LockedOut if another server holds the lock at the start.
 */
export async function takeLeadership(needs: LeadershipNeeds): Promise<Leadership> {
  const { startWork, onLockedOut, log } = needs;
  const ending = new AbortController();
  let work: LeaderWork | null = null;
  let changing: Promise<void> = Promise.resolve();
  let lock = await needs.lock(onLost);
  if (lock === "held-by-another") {
    throw new LockedOut(
      "Another Baton is already using this database: stop it first, or give this one its own BATON_DATA",
    );
  }
  // Set as `changing`, so that losing the lock meanwhile stops this work and not the next one.
  const first = startWork().then((started) => {
    work = started;
  });
  changing = first.catch(() => {});
  try {
    await first;
  } catch (error) {
    ending.abort(new Error("the leader's work did not start", { cause: error }));
    await lock.release();
    throw error;
  }

  return {
    wakeQueue: () => work?.wakeQueue(),
    wakeReconciler: () => work?.wakeReconciler(),
    wakeBackups: () => work?.wakeBackups(),
    async resign() {
      ending.abort(new Error("the server stops"));
      await changing;
      await work?.stop();
      if (lock !== "held-by-another") await lock.release();
    },
  };

  function onLost(): void {
    if (ending.signal.aborted) return;
    log.warn({}, "lost the lock on the database: nothing is built or deployed until Baton holds it again");
    changing = changing.then(async () => {
      const lost = work;
      work = null;
      await lost?.stop();
      await retake();
    });
  }

  async function retake(): Promise<void> {
    const next = await untilLocked(needs, onLost, ending.signal, async (held) => {
      lock = held;
      work = await startWork();
    });
    if (next === "held-by-another") onLockedOut();
  }
}

/** Asks for the lock until it is held and the work has started, until another server has it, or until aborted. */
async function untilLocked(
  { lock, clock, log }: LeadershipNeeds,
  onLost: () => void,
  signal: AbortSignal,
  start: (held: Lock) => Promise<void>,
): Promise<"started" | "held-by-another" | "aborted"> {
  while (!signal.aborted) {
    try {
      const held = await lock(onLost);
      if (held === "held-by-another") return held;
      await start(held);
      log.info({}, "the lock on the database is held again");
      return "started";
    } catch (error) {
      log.debug({ err: error }, "the database cannot be locked yet");
      await clock.sleep(tryAgainMs, signal).catch(() => {});
    }
  }
  return "aborted";
}
