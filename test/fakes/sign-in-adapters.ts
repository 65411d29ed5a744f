import { createIdentityProvider } from "../../server/openid/openid-provider.ts";
import { createPasskeys } from "../../server/passkeys/webauthn-passkeys.ts";
import { createPasswords } from "../../server/passwords/argon2-passwords.ts";
import type { Clock } from "../../server/ports/clock.ts";

/** The real adapters that people sign in with. Hashes are cheap, because tests make many. */
export function signInAdapters(clock: Pick<Clock, "monotonicMs">) {
  return {
    passwords: createPasswords({ memoryKib: 64, passes: 1 }),
    passkeys: createPasskeys(),
    identityProvider: createIdentityProvider({ clock }),
  };
}
