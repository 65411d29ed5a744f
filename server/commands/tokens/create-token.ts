import type { ApiToken } from "../../model/access/api-token.ts";
import type { Principal } from "../../model/access/principal.ts";
import { type TokenLimits, tokenFault } from "../../rules/access/token-request.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { newToken } from "./new-token.ts";

export interface TokenRequest extends TokenLimits {
  readonly name: string;
  /** Null for a token that never expires. */
  readonly expiresInDays: number | null;
}

/** A mistaken script must not fill the database. */
const mostTokens = 200;
const dayMs = 24 * 60 * 60 * 1000;

/** Creates a token of `who`, which can do what they may do, within its limits. `secret` must be shown now or never. */
export async function createToken(
  { store, clock }: Uses<"store" | "clock">,
  who: Principal,
  { expiresInDays, ...request }: TokenRequest,
): Promise<{ readonly type: "created"; readonly token: ApiToken; readonly secret: string } | Refused> {
  const fault = tokenFault(who, request);
  if (fault !== null) return refused("invalid", fault);
  const own = (await store.access.listTokens("all")).filter(({ userId }) => userId === who.userId);
  if (own.length >= mostTokens) return refused("conflict", `you have ${mostTokens} tokens: revoke one first`);
  const now = clock.now();
  const expiresAt = expiresInDays === null ? null : new Date(now.getTime() + expiresInDays * dayMs);
  const { token: secret, hint } = newToken();
  const added = { ...request, userId: who.userId, token: secret, hint, expiresAt };
  return { type: "created", token: await store.access.addToken(added, now), secret };
}
