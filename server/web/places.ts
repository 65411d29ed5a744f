import type { Clock } from "../ports/clock.ts";

/** Bounds how much goes on at once, for each peer and in all. Who came first is let in first. */
export interface Places {
  /** Disposing gives it back. Null: none became free in time. */
  take(peer: string): Promise<Disposable | null>;
}

interface Waiting {
  readonly peer: string;
  readonly admit: (place: Disposable) => void;
}

export function createPlaces(needs: {
  readonly clock: Clock;
  readonly perPeer: number;
  readonly total: number;
  readonly waitMs: number;
}): Places {
  const { clock, perPeer, total, waitMs } = needs;
  const held = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let all = 0;

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
          resolve(null);
        };
        clock.sleep(waitMs, admitted.signal).then(tooLate, () => {});
      });
    },
  };

  function isFreeFor(peer: string): boolean {
    return all < total && (held.get(peer) ?? 0) < perPeer;
  }

  function hold(peer: string): Disposable {
    change(peer, 1);
    let isHeld = true;
    return {
      [Symbol.dispose]() {
        if (!isHeld) return;
        isHeld = false;
        change(peer, -1);
        admitWaiting();
      },
    };
  }

  function change(peer: string, by: 1 | -1): void {
    all += by;
    const count = (held.get(peer) ?? 0) + by;
    if (count === 0) held.delete(peer);
    else held.set(peer, count);
  }

  function admitWaiting(): void {
    for (const one of waiting) {
      if (!isFreeFor(one.peer)) continue;
      waiting.delete(one);
      one.admit(hold(one.peer));
    }
  }
}
