import type { PasskeyId, UserId } from "../../model/names/ids.ts";
import type { PasskeyOffer, PasskeySite } from "../../ports/people/passkeys.ts";
import { refusedName } from "../../rules/sign-in/refused-person.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { whyNotOwner } from "./own-password.ts";

const maxPasskeys = 20;
const maxName = 60;

/** Resolves with the options with which a browser makes a passkey for somebody who is signed in. */
export async function offerPasskey(
  adapters: Uses<"store" | "passwords" | "passkeys">,
  id: UserId,
  { site, current }: { readonly site: PasskeySite; readonly current: string },
): Promise<{ readonly type: "offered"; readonly offer: PasskeyOffer } | Refused> {
  const { store, passkeys } = adapters;
  const notOwner = await whyNotOwner(adapters, id, current);
  if (notOwner) return notOwner;
  const [user, known] = await Promise.all([store.users.get(id), store.users.passkeys(id)]);
  if (!user) return refused("not_found", "your account is gone");
  if (known.length >= maxPasskeys) return refused("conflict", `an account has at most ${maxPasskeys} passkeys`);
  const existing = known.map(({ credentialId }) => credentialId);
  const { email, name } = user;
  return { type: "offered", offer: await passkeys.offerRegistration(site, { id, email, name, existing }) };
}

export interface NewPasskeyAnswer {
  readonly site: PasskeySite;
  readonly challenge: string;
  readonly name: string;
  /** The browser's answer, from outside. */
  readonly answer: unknown;
}

export async function addPasskey(
  { store: { users }, passkeys, clock }: Uses<"store" | "passkeys" | "clock">,
  userId: UserId,
  { site, challenge, name, answer }: NewPasskeyAnswer,
): Promise<{ readonly type: "added" } | Refused> {
  const called = name.trim();
  if (refusedName(called) !== null || called.length > maxName) {
    return refused("invalid", `give the passkey a name of at most ${maxName} characters, without control characters`);
  }
  const accepted = await passkeys.acceptRegistration(site, challenge, answer);
  if (!accepted) return refused("invalid", "the browser’s answer does not belong to this request: try again");
  const added = await users.addPasskey(
    {
      userId,
      credentialId: accepted.id,
      publicKey: Buffer.from(accepted.publicKey).toString("base64url"),
      counter: accepted.counter,
      transports: [],
      name: called,
    },
    clock.now(),
  );
  return added === "credential-taken" ? refused("conflict", "this passkey is known already") : { type: "added" };
}

/** The passkey's name, or that there is none. */
export async function removePasskey(
  { store: { users } }: Uses<"store">,
  userId: UserId,
  id: PasskeyId,
): Promise<{ readonly type: "removed"; readonly name: string } | Refused> {
  const passkey = (await users.passkeys(userId)).find((one) => one.id === id);
  const isRemoved = passkey !== undefined && (await users.removePasskey(userId, id));
  return isRemoved ? { type: "removed", name: passkey.name } : refused("not_found", "there is no such passkey");
}
