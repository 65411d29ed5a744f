import type { UserId } from "../../model/names/ids.ts";
import { isTooLong } from "../../rules/sign-in/refused-password.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/**
 * Asks for the current password before something that a borrowed browser must not do. Null when it is right, or when
 * the user has none: they sign in by other means. Rejects with PasswordsBusy.
 */
export async function whyNotOwner(
  { store: { users }, passwords }: Uses<"store" | "passwords">,
  id: UserId,
  current: string,
): Promise<Refused | null> {
  const hash = await users.passwordHash(id);
  if (hash === null) return null;
  if (current === "") return refused("invalid", "enter your current password");
  const { matches } = isTooLong(current) ? { matches: false } : await passwords.check(current, hash);
  return matches ? null : refused("invalid", "that is not your current password");
}
