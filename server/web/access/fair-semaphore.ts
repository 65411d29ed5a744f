import type { Clock } from "../../ports/clock.ts";

/**
 * Limits how much happens at once, per peer and in total. A free permit goes to the waiting peer that holds the fewest,
 * and among equals to the one that came first, so a peer that asks for many delays nobody else.
 */
export interface FairSemaphore {
  /** Null if no permit became free in time. */
  take(peer: string): Promise<Permit | null>;
}

/** Disposing it releases the permit. */
export interface Permit extends Disposable {
  /** Aborts if the permit has been held for long and another peer waits for it. */
  readonly signal: AbortSignal;
}

interface Held {
  readonly peer: string;
  readonly sinceMs: number;
  readonly asked: AbortController;
}

interface Waiting {
  readonly peer: string;
  readonly admit: (permit: Permit) => void;
}

/** How long to wait before asking another holder to leave for the same peer, since leaving takes a moment. */
const leaveMs = 100;

export function createFairSemaphore(limits: {
  readonly clock: Clock;
  readonly perPeer: number;
  readonly total: number;
  /** How long to wait for a permit. */
  readonly waitMs: number;
  /** How long a permit is safe from being asked for. */
  readonly patienceMs: number;
}): FairSemaphore {
  const { clock, waitMs, patienceMs } = limits;
  const waiting = new Set<Waiting>();
  const permits = createPermits(limits, admitWaiting);

  return {
    async take(peer) {
      if (permits.isFreeFor(peer)) return permits.hold(peer);
      return new Promise((resolve) => {
        const admitted = new AbortController();
        const own: Waiting = {
          peer,
          admit(permit) {
            admitted.abort();
            resolve(permit);
          },
        };
        waiting.add(own);
        const tooLate = () => {
          waiting.delete(own);
          admitted.abort();
          resolve(null);
        };
        clock.sleep(waitMs, admitted.signal).then(tooLate, () => {});
        askSlowestToLeave(peer, admitted.signal).catch(() => {});
      });
    },
  };

  /** Asks one holder after the other until the peer is admitted or has waited for too long. */
  async function askSlowestToLeave(peer: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const slowest = permits.slowestFor(peer);
      const leftMs = slowest ? slowest.sinceMs + patienceMs - clock.monotonicMs() : leaveMs;
      if (leftMs <= 0) slowest?.asked.abort(new Error("others are waiting for the permit"));
      await clock.sleep(leftMs > 0 ? leftMs : leaveMs, signal);
    }
  }

  function admitWaiting(): void {
    for (let next = mostDeserving(waiting, permits); next; next = mostDeserving(waiting, permits)) {
      waiting.delete(next);
      next.admit(permits.hold(next.peer));
    }
  }
}

function mostDeserving(waiting: ReadonlySet<Waiting>, permits: ReturnType<typeof createPermits>): Waiting | null {
  let best: Waiting | null = null;
  for (const one of waiting) {
    if (!permits.isFreeFor(one.peer)) continue;
    if (!best || permits.countOf(one.peer) < permits.countOf(best.peer)) best = one;
  }
  return best;
}

/** Counts the permits of each peer. `onFree` is called when one was released. */
function createPermits(
  { clock, perPeer, total }: { readonly clock: Clock; readonly perPeer: number; readonly total: number },
  onFree: () => void,
) {
  /** In the order in which they were taken. */
  const held = new Set<Held>();
  const counts = new Map<string, number>();
  const countOf = (peer: string) => counts.get(peer) ?? 0;

  function change(peer: string, by: 1 | -1): void {
    const count = countOf(peer) + by;
    if (count === 0) counts.delete(peer);
    else counts.set(peer, count);
  }

  return {
    countOf,
    isFreeFor: (peer: string) => held.size < total && countOf(peer) < perPeer,

    /**
     * The permit that was held longest and has not been asked for yet. If the peer is at its own limit, only its own
     * permits count.
     */
    slowestFor(peer: string): Held | undefined {
      const isOwnShare = countOf(peer) >= perPeer;
      return [...held].find((one) => !one.asked.signal.aborted && (!isOwnShare || one.peer === peer));
    },

    hold(peer: string): Permit {
      const own: Held = { peer, sinceMs: clock.monotonicMs(), asked: new AbortController() };
      held.add(own);
      change(peer, 1);
      return {
        signal: own.asked.signal,
        [Symbol.dispose]() {
          if (!held.delete(own)) return;
          change(peer, -1);
          onFree();
        },
      };
    },
  };
}
