import type { Identity } from "../../ports/store/access.ts";
import type { Uses } from "../adapters.ts";

/** Opens a session for somebody whose token is valid. Returns the session's secret, which is stored only as a hash. */
export function signIn({ store }: Uses<"store">, identity: Identity, expiresAt: Date): Promise<string> {
  return store.access.openSession(identity, expiresAt);
}
