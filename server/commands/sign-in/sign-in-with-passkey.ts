import type { User } from "../../model/access/user.ts";
import type { PasskeyOffer, PasskeySite } from "../../ports/people/passkeys.ts";
import type { Uses } from "../adapters.ts";

/** What a browser needs to use a passkey. */
export function offerPasskeySignIn({ passkeys }: Uses<"passkeys">, site: PasskeySite): Promise<PasskeyOffer> {
  return passkeys.offerSignIn(site);
}

export interface PasskeyAnswer {
  readonly site: PasskeySite;
  readonly challenge: string;
  /** The credential that the answer names. */
  readonly credentialId: string;
  /** The browser's answer, from outside. */
  readonly answer: unknown;
}

/** The user of a passkey that answered the challenge; null when it did not, is unknown, or its user is disabled. */
export async function signInWithPasskey(
  { store: { users }, passkeys, clock }: Uses<"store" | "passkeys" | "clock">,
  { site, challenge, credentialId, answer }: PasskeyAnswer,
): Promise<User | null> {
  const passkey = await users.passkeyByCredential(credentialId);
  if (!passkey) return null;
  const used = await passkeys.acceptSignIn(site, challenge, answer, {
    id: passkey.credentialId,
    publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
    counter: passkey.counter,
  });
  const user = used && (await users.get(passkey.userId));
  if (!user || user.disabledAt !== null) return null;
  await users.passkeyUsed(passkey.id, used.counter, clock.now());
  return user;
}
