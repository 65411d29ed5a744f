import type { Principal } from "../../model/access/principal.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Identified } from "../../ports/store/access.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { createFailureLimit } from "./rate-limit.ts";

/**
 * Identifies the owner of a token. Wrong tokens are counted per network and refused beyond `wrongPerMinute`. A right
 * token is accepted even then: people in one office and machines behind one gateway share an address, and a script with
 * an old token must not lock its neighbours out. That is safe because tokens have 256 random bits (or at least 32
 * characters that the administrator chose), which cannot be guessed at any rate.
 */
export interface TokenCheck {
  identify(network: string, token: string): Promise<CheckedToken>;
}

/**
 * `why` ends a sentence that begins with "this token"; `wasValid` tells an old token from a wrong guess. `wait` means that too many were wrong; this one was wrong, too,
 * or was not checked.
 */
export type CheckedToken =
  | { readonly type: "right"; readonly principal: Principal }
  | { readonly type: "wrong"; readonly why: string; readonly wasValid: boolean }
  | { readonly type: "wait"; readonly seconds: number };

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
      if (flooded !== null) return { type: "wait", seconds: flooded };
      const found: Identified =
        token.length > maxTokenLength ? { type: "unknown" } : await access.identify(token, clock.now());
      if (found.type === "known") return { type: "right", principal: found.principal };
      flood.failed(network);
      const wait = wrong.retryAfterSeconds(network);
      if (wait !== null) return { type: "wait", seconds: wait };
      wrong.failed(network);
      return { type: "wrong", why: whyRefused(found), wasValid: found.type !== "unknown" };
    },
  };
}

function whyRefused(found: Exclude<Identified, { readonly type: "known" }>): string {
  switch (found.type) {
    case "unknown":
      return "is not valid";
    case "expired":
      return `("${found.name}") expired on ${dayOf(found.at)}: create a new one`;
    case "revoked":
      return `("${found.name}") was revoked on ${dayOf(found.at)}: create a new one`;
    case "disabled":
      return `("${found.name}") belongs to somebody whose account is disabled`;
  }
}

const dayOf = (at: Date) => at.toISOString().slice(0, 10);
