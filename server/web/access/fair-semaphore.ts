import type { Clock } from "../../ports/clock.ts";

/**
 * Limits how much happens at once, per peer and in total. A free permit goes to the peer that has the fewest, and among
 * those to whoever came first, so that a peer that asks for many keeps nobody else waiting.
 */
export interface FairSemaphore {
  /** Null when no permit became free in time. */
  take(peer: string): Promise<Permit | null>;
}

/** Disposing it releases the permit. */
export interface Permit extends Disposable {
  /** Aborts when the permit has been held for long and another peer waits for it. */
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

/** How long to wait before another holder is asked to leave for the same peer: leaving takes a moment. */
const leaveMs = 100;

export function createFairSemaphore(needs: {
  readonly clock: Clock;
  readonly perPeer: number;
  readonly total: number;
  /** How long one waits for a place. */
  readonly waitMs: number;
  /** How long one has a place for certain. */
  readonly patienceMs: number;
}): FairSemaphore {
  const { clock, perPeer, total, waitMs, patienceMs } = needs;
  /** In the order in which they came. */
  const held = new Set<Held>();
  const countOf = new Map<string, number>();
  const waiting = new Set<Waiting>();

  return {
    async take(peer) {
      if (isFreeFor(peer)) return hold(peer);
      return new Promise((resolve) => {
        const admitted = new AbortController();
        const own: Waiting = {
          peer,
          admit(place) {
            admitted.abort();
            resolve(place);
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

  /** One after the other, until this one is admitted, or has waited for too long. */
  async function askSlowestToLeave(peer: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const isOwnShare = (countOf.get(peer) ?? 0) >= perPeer;
      const slowest = [...held].find((one) => !one.asked.signal.aborted && (!isOwnShare || one.peer === peer));
      const leftMs = slowest ? slowest.sinceMs + patienceMs - clock.monotonicMs() : leaveMs;
      if (leftMs <= 0) slowest?.asked.abort(new Error("others wait for the place"));
      await clock.sleep(leftMs > 0 ? leftMs : leaveMs, signal);
    }
  }

  function isFreeFor(peer: string): boolean {
    return held.size < total && (countOf.get(peer) ?? 0) < perPeer;
  }

  function hold(peer: string): Permit {
    const own: Held = { peer, sinceMs: clock.monotonicMs(), asked: new AbortController() };
    held.add(own);
    change(peer, 1);
    return {
      signal: own.asked.signal,
      [Symbol.dispose]() {
        if (!held.delete(own)) return;
        change(peer, -1);
        admitWaiting();
      },
    };
  }

  function change(peer: string, by: 1 | -1): void {
    const count = (countOf.get(peer) ?? 0) + by;
    if (count === 0) countOf.delete(peer);
    else countOf.set(peer, count);
  }

  function admitWaiting(): void {
    for (let next = mostDeserving(); next; next = mostDeserving()) {
      waiting.delete(next);
      next.admit(hold(next.peer));
    }
  }

  function mostDeserving(): Waiting | null {
    let best: Waiting | null = null;
    for (const one of waiting) {
      if (!isFreeFor(one.peer)) continue;
      if (!best || (countOf.get(one.peer) ?? 0) < (countOf.get(best.peer) ?? 0)) best = one;
    }
    return best;
  }
}
