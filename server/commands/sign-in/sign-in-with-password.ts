import { createHash } from "node:crypto";
import type { User } from "../../model/access/user.ts";
import type { UserId } from "../../model/names/ids.ts";
import { refusedEmail } from "../../rules/sign-in/refused-person.ts";
import type { Uses } from "../adapters.ts";

export type PasswordSignIn =
  /** `mark` changes with the password. */
  | { readonly type: "right"; readonly user: User; readonly mark: string }
  /** `name` is that of the user whose address was given, for the activity log; null when nobody has it. */
  | { readonly type: "wrong"; readonly name: string | null };

/** No user has it. */
const nobody = 0 as UserId;

/**
 * Checks an e-mail address and a password. Whether the user does not exist, is disabled, has no password or another one:
 * the answer and the work for it are the same. Rejects with PasswordsBusy.
 */
export async function signInWithPassword(
  { store: { users }, passwords }: Uses<"store" | "passwords">,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<PasswordSignIn> {
  const found = refusedEmail(email) === null ? await users.byEmail(email) : null;
  const user = found?.disabledAt === null ? found : null;
  const hash = await users.passwordHash(user?.id ?? nobody);
  const { matches, isOutdated } = await passwords.check(password, hash);
  if (!user || hash === null || !matches) return { type: "wrong", name: found?.name ?? null };
  if (!isOutdated) return { type: "right", user, mark: passwordMark(hash) };
  const renewed = await passwords.hash(password);
  const isRenewed = await users.replacePasswordHash(user.id, { from: hash, to: renewed });
  return { type: "right", user, mark: passwordMark(isRenewed ? renewed : hash) };
}

export function passwordMark(hash: string): string {
  return createHash("sha256").update(hash).digest("base64url").slice(0, 16);
}
