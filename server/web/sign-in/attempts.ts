import type { Clock } from "../../ports/clock.ts";

/**
 * Limits guesses. An attempt counts from the moment when it begins, so that a thousand at the same time are no more than
 * one after the other; one that succeeds is given back.
 */
export interface Attempts {
  /**
   * Begins an attempt of a network on an account. A number is the seconds to wait when there were too many; the attempt
   * was not begun.
   */
  begin(network: string, account: string): Attempt | number;
}

export interface Attempt {
  succeeded(): void;
}

/** Each bucket holds so many attempts, and gets one back in so many seconds. */
interface BucketSize {
  readonly size: number;
  readonly refillS: number;
}

const perNetwork: BucketSize = { size: 10, refillS: 6 };
/**
 * From all networks together: a botnet gets 60 guesses an hour. It must not lock the owner out, so networks that signed
 * in to the account before are not counted here.
 */
const perAccount: BucketSize = { size: 30, refillS: 60 };
/** Codes have six digits and three are valid at any time, so somebody who has the password gets in once in six years. */
const perCode: BucketSize = { size: 5, refillS: 600 };

const maxRemembered = 10_000;

export function createAttempts(clock: Pick<Clock, "monotonicMs">): Attempts {
  const networks = createBuckets(clock, perNetwork);
  const accounts = createBuckets(clock, perAccount);
  const known = createMemory<true>();

  return {
    begin(network, account) {
      const pair = `${network} ${account}`;
      const isCounted = known.get(pair) === undefined;
      const wait = Math.max(networks.waitS(network), isCounted ? accounts.waitS(account) : 0);
      if (wait > 0) return wait;
      networks.take(network);
      if (isCounted) accounts.take(account);
      return {
        succeeded() {
          networks.giveBack(network);
          if (isCounted) accounts.giveBack(account);
          known.set(pair, true);
        },
      };
    },
  };
}

/** Limits wrong codes for each account, wherever they come from. */
export function createCodeAttempts(clock: Pick<Clock, "monotonicMs">): {
  begin(account: string): Attempt | number;
} {
  const accounts = createBuckets(clock, perCode);
  return {
    begin(account) {
      const wait = accounts.waitS(account);
      if (wait > 0) return wait;
      accounts.take(account);
      return { succeeded: () => accounts.giveBack(account) };
    },
  };
}

function createBuckets(clock: Pick<Clock, "monotonicMs">, { size, refillS }: BucketSize) {
  const buckets = createMemory<{ readonly left: number; readonly atMs: number }>();

  function leftIn(key: string): number {
    const bucket = buckets.get(key);
    if (!bucket) return size;
    return Math.min(size, bucket.left + (clock.monotonicMs() - bucket.atMs) / (refillS * 1000));
  }
  const set = (key: string, left: number) => buckets.set(key, { left, atMs: clock.monotonicMs() });

  return {
    /** Zero when an attempt may begin. */
    waitS: (key: string) => Math.max(0, Math.ceil((1 - leftIn(key)) * refillS)),
    take: (key: string) => set(key, leftIn(key) - 1),
    giveBack: (key: string) => set(key, Math.min(size, leftIn(key) + 1)),
  };
}

/** A map that forgets what was set longest ago. */
function createMemory<Value>() {
  const values = new Map<string, Value>();
  return {
    get: (key: string) => values.get(key),
    set(key: string, value: Value) {
      values.delete(key);
      values.set(key, value);
      for (const oldest of values.keys()) {
        if (values.size <= maxRemembered) break;
        values.delete(oldest);
      }
    },
  };
}
