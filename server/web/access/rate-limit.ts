import type { Clock } from "../../ports/clock.ts";

/** Limits failures per peer with a token bucket that only failures draw from. */
export interface FailureLimit {
  /** The seconds to wait; null if the peer may go ahead. */
  retryAfterSeconds(peer: string): number | null;
  failed(peer: string): void;
}

/** The most peers that are remembered. The one that was quiet longest is forgotten first. */
const maxPeers = 10_000;

export function createFailureLimit(needs: { readonly clock: Clock; readonly perMinute: number }): FailureLimit {
  const { clock, perMinute } = needs;
  const buckets = new Map<string, { left: number; atMs: number }>();

  return {
    retryAfterSeconds(peer) {
      const { left } = bucketOf(peer);
      return left >= 1 ? null : Math.ceil(((1 - left) * 60) / perMinute);
    },
    failed(peer) {
      const bucket = bucketOf(peer);
      buckets.delete(peer);
      buckets.set(peer, { left: Math.max(0, bucket.left - 1), atMs: bucket.atMs });
      for (const oldest of buckets.keys()) {
        if (buckets.size <= maxPeers) break;
        buckets.delete(oldest);
      }
    },
  };

  function bucketOf(peer: string): { left: number; atMs: number } {
    const nowMs = clock.monotonicMs();
    const bucket = buckets.get(peer);
    if (!bucket) return { left: perMinute, atMs: nowMs };
    const refilled = ((nowMs - bucket.atMs) / 60_000) * perMinute;
    return { left: Math.min(perMinute, bucket.left + refilled), atMs: nowMs };
  }
}
