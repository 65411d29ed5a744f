import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Shift } from "./leader-work.ts";

const tryAgainMs = 1_000;

export interface Lock {
  release(): Promise<void>;
}

export interface Shifts extends Pick<Shift, "wakeQueue" | "wakeReconciler"> {
  end(): Promise<void>;
}

/** Another server works on the database: this one must not. */
export class LockedOut extends Error {
  override readonly name = "LockedOut";
}

/**
 * One shift after the other: when the lock is lost, because the database was restarted or cut off, what runs is
 * suspended and the lock asked for again. When another server has it by then, `onLockedOut` is called: this one is over.
 */
export async function keepShifts(needs: {
  readonly hold: (onLost: () => void) => Promise<Lock | "held-by-another">;
  readonly begin: () => Promise<Shift>;
  readonly onLockedOut: () => void;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Shifts> {
  const { hold, begin, onLockedOut, clock, log } = needs;
  const ending = new AbortController();
  let shift: Shift | null = null;
  let changing: Promise<void> = Promise.resolve();
  let lock = await hold(onLost);
  if (lock === "held-by-another") {
    throw new LockedOut(
      "Another Baton is already using this database: stop it first, or give this one its own BATON_DATA",
    );
  }
  // In `changing`, so that a lock that is lost meanwhile ends this shift and not the one that follows.
  const first = begin().then((begun) => {
    shift = begun;
  });
  changing = first.catch(() => {});
  try {
    await first;
  } catch (error) {
    ending.abort(new Error("the first shift did not begin", { cause: error }));
    await lock.release();
    throw error;
  }

  return {
    wakeQueue: () => shift?.wakeQueue(),
    wakeReconciler: () => shift?.wakeReconciler(),
    async end() {
      ending.abort(new Error("the server stops"));
      await changing;
      await shift?.end();
      if (lock !== "held-by-another") await lock.release();
    },
  };

  function onLost(): void {
    if (ending.signal.aborted) return;
    log.warn({}, "the lock on the database was lost: nothing is built or switched until Baton holds it again");
    changing = changing.then(async () => {
      const lost = shift;
      shift = null;
      await lost?.end();
      await takeUpAgain();
    });
  }

  async function takeUpAgain(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        const next = await hold(onLost);
        if (next === "held-by-another") return onLockedOut();
        lock = next;
        shift = await begin();
        log.info({}, "the lock on the database is held again");
        return;
      } catch (error) {
        log.debug({ err: error }, "the database cannot be locked yet");
        await clock.sleep(tryAgainMs, ending.signal).catch(() => {});
      }
    }
  }
}
