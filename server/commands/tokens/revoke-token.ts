import type { ApiToken } from "../../model/access/api-token.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** Ends a token and the sessions that were opened with it. */
export async function revokeToken(
  { store, clock }: Uses<"store" | "clock">,
  token: ApiToken,
): Promise<{ readonly type: "revoked" } | Refused> {
  if (token.isServers) {
    return refused("conflict", "the server's own token is replaced, not revoked: set BATON_ADMIN_TOKEN and restart");
  }
  await store.access.revokeToken(token.id, clock.now());
  return { type: "revoked" };
}
