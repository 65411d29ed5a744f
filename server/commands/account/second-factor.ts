import { randomBytes } from "node:crypto";
import type { UserId } from "../../model/names/ids.ts";
import { secretText, stepOfCode } from "../../rules/sign-in/one-time-code.ts";
import { recoveryCode, recoveryCodeBytes, recoveryCodeCount } from "../../rules/sign-in/recovery-code.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { whyNotOwner } from "./own-password.ts";

const secretBytes = 20;

/** Makes a secret for an authenticator app. It asks for no codes until it is confirmed. */
export async function startSecondFactor(
  { store: { users } }: Uses<"store">,
  id: UserId,
): Promise<{ readonly type: "started"; readonly secret: string } | Refused> {
  if ((await users.totp(id))?.confirmedAt) return refused("conflict", "two-step sign-in is on already");
  const secret = secretText(new Uint8Array(randomBytes(secretBytes)));
  await users.setTotpSecret(id, secret);
  return { type: "started", secret };
}

export type SecondFactorConfirmation =
  /** The recovery codes, which are stored only as hashes. */
  | { readonly type: "confirmed"; readonly recoveryCodes: readonly string[] }
  | { readonly type: "wrong"; readonly secret: string }
  | Refused;

/** Turns the second factor on, once the app shows that it has the secret. */
export async function confirmSecondFactor(
  adapters: Uses<"store" | "clock">,
  id: UserId,
  code: string,
): Promise<SecondFactorConfirmation> {
  const { users } = adapters.store;
  const totp = await users.totp(id);
  if (!totp || totp.confirmedAt !== null) return refused("conflict", "start setting up two-step sign-in again");
  const now = adapters.clock.now();
  const step = stepOfCode(totp.secret, code, { now, lastStep: null });
  if (step === null) return { type: "wrong", secret: totp.secret };
  // First the codes: without them, somebody who loses the phone at once could not come in.
  const recoveryCodes = await replaceRecoveryCodes(adapters, id);
  await users.confirmTotp(id, step, now);
  return { type: "confirmed", recoveryCodes };
}

export async function renewRecoveryCodes(
  adapters: Uses<"store" | "passwords">,
  id: UserId,
  current: string,
): Promise<{ readonly type: "renewed"; readonly recoveryCodes: readonly string[] } | Refused> {
  const notOwner = await whyNotOwner(adapters, id, current);
  if (notOwner) return notOwner;
  if (!(await adapters.store.users.totp(id))?.confirmedAt) return refused("conflict", "two-step sign-in is off");
  return { type: "renewed", recoveryCodes: await replaceRecoveryCodes(adapters, id) };
}

/** Turns one's own second factor off. */
export async function turnOffSecondFactor(
  adapters: Uses<"store" | "passwords">,
  id: UserId,
  current: string,
): Promise<{ readonly type: "removed" } | Refused> {
  const notOwner = await whyNotOwner(adapters, id, current);
  if (notOwner) return notOwner;
  await removeSecondFactor(adapters, id);
  return { type: "removed" };
}

/** For an administrator who helps somebody without phone and codes. */
export async function removeSecondFactor({ store: { users } }: Uses<"store">, id: UserId): Promise<void> {
  await users.setTotpSecret(id, null);
  await users.setRecoveryCodes(id, []);
}

async function replaceRecoveryCodes({ store: { users } }: Uses<"store">, id: UserId): Promise<readonly string[]> {
  const codes = Array.from({ length: recoveryCodeCount }, () => recoveryCode(randomBytes(recoveryCodeBytes)));
  await users.setRecoveryCodes(id, codes);
  return codes;
}
