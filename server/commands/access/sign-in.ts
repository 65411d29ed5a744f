import type { NewSession } from "../../ports/store/access.ts";
import type { Uses } from "../adapters.ts";

/** Opens a session for somebody who has proved who they are. Returns its secret, which is stored only as a hash. */
export function signIn({ store, clock }: Uses<"store" | "clock">, session: NewSession): Promise<string> {
  return store.access.openSession(session, clock.now());
}
