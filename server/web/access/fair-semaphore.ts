import type { Clock } from "../../ports/clock.ts";

/**
 * Bounds how much goes on at once, for each peer and in all. A place that becomes free goes to the peer that has the
 * fewest, and among those to whoever came first: one that asks for many keeps nobody else waiting.
 */
export interface Places {
  /** Null: none became free in time. */
  take(peer: string): Promise<Place | null>;
}

/** Disposing gives it back. */
export interface Place extends Disposable {
  /** Aborted when it has been held for long, and somebody waits who could have it. */
  readonly signal: AbortSignal;
}

interface Held {
  readonly peer: string;
  readonly sinceMs: number;
  readonly asked: AbortController;
}

interface Waiting {
  readonly peer: string;
  readonly admit: (place: Place) => void;
}

/** Between two that are asked to leave for the same one who waits: leaving takes a moment. */
const leaveMs = 100;

export function createPlaces(needs: {
  readonly clock: Clock;
  readonly perPeer: number;
  readonly total: number;
  /** How long one waits for a place. */
  readonly waitMs: number;
  /** How long one has a place for certain. */
  readonly patienceMs: number;
}): Places {
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

  function hold(peer: string): Place {
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
