import type { Clock } from "../../ports/clock.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import type { Identity } from "../../ports/store/store.ts";
import { createFailureLimit } from "./rate-limit.ts";

/**
 * Whose token this is. Wrong ones are counted by network, and past `wrongPerMinute` told to wait. A right one is let in
 * all the same: people in one office and machines behind one gateway share an address, and a script with an old token
 * must not lock its neighbours out. That costs nothing in safety, since tokens hold 256 random bits (or the 32
 * characters and more that the administrator chose), which no rate of guessing reaches.
 */
export interface TokenCheck {
  /** Null: nobody's. `retryAfterSeconds`: too many were wrong; this one too, or it was not looked at. */
  identify(network: string, token: string): Promise<Identity | { readonly retryAfterSeconds: number } | null>;
}

/** What is more than this from one network is a flood: no token of it is looked at, so that the database is spared. */
const floodPerMinute = 600;
/** Longer than any token: refused before it is hashed. */
export const maxTokenLength = 512;

export function createTokenCheck(needs: {
  readonly access: ReadStore["access"];
  readonly clock: Clock;
  readonly wrongPerMinute: number;
}): TokenCheck {
  const { access, clock, wrongPerMinute } = needs;
  const wrong = createFailureLimit({ clock, perMinute: wrongPerMinute });
  const flood = createFailureLimit({ clock, perMinute: floodPerMinute });

  return {
    async identify(network, token) {
      const flooded = flood.retryAfterSeconds(network);
      if (flooded !== null) return { retryAfterSeconds: flooded };
      const identity = token.length > maxTokenLength ? null : await access.identify(token);
      if (identity) return identity;
      flood.failed(network);
      const wait = wrong.retryAfterSeconds(network);
      if (wait !== null) return { retryAfterSeconds: wait };
      wrong.failed(network);
      return null;
    },
  };
}
