import type { Clock } from "../../ports/clock.ts";
import type { Identity } from "../../ports/store/access.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { createFailureLimit } from "./rate-limit.ts";

/**
 * Identifies the owner of a token. Wrong tokens are counted per network and refused beyond `wrongPerMinute`. A right
 * token is accepted even then: people in one office and machines behind one gateway share an address, and a script with
 * an old token must not lock its neighbours out. That is safe because tokens have 256 random bits (or at least 32
 * characters that the administrator chose), which cannot be guessed at any rate.
 */
export interface TokenCheck {
  /**
   * Null if the token is unknown. `retryAfterSeconds` means that too many were wrong; this one was wrong, too, or was
   * not checked.
   */
  identify(network: string, token: string): Promise<Identity | { readonly retryAfterSeconds: number } | null>;
}

/** More failures than this from one network are a flood. Its tokens are not checked any more, to spare the database. */
const floodPerMinute = 600;
/** Longer than any token; such values are refused without hashing. */
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
