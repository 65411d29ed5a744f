import type { User } from "../../model/access/user.ts";
import type { UserId } from "../../model/names/ids.ts";
import { stepOfCode } from "../../rules/sign-in/one-time-code.ts";
import { typedRecoveryCode } from "../../rules/sign-in/recovery-code.ts";
import type { Uses } from "../adapters.ts";
import { passwordMark } from "./sign-in-with-password.ts";

export type SecondFactorUse =
  | { readonly type: "right"; readonly user: User; readonly by: "code" | "recovery code" }
  | { readonly type: "wrong"; readonly user: User }
  /** The password, the second factor or the user changed since the password was given. */
  | { readonly type: "out-of-date" };

/** Uses up a code of the app or a recovery code; either works once. */
export async function useSecondFactor(
  { store: { users }, clock }: Uses<"store" | "clock">,
  { userId, mark, typed }: { readonly userId: UserId; readonly mark: string; readonly typed: string },
): Promise<SecondFactorUse> {
  const [user, hash, totp] = await Promise.all([users.get(userId), users.passwordHash(userId), users.totp(userId)]);
  const isSame = user?.disabledAt === null && hash !== null && passwordMark(hash) === mark;
  if (!user || !isSame || !totp?.confirmedAt) return { type: "out-of-date" };
  const now = clock.now();
  const step = stepOfCode(totp.secret, typed, { now, lastStep: null });
  if (step !== null)
    return (await users.useTotpStep(userId, step)) ? { type: "right", user, by: "code" } : { type: "wrong", user };
  const code = typedRecoveryCode(typed);
  if (code === null || !(await users.useRecoveryCode(userId, code, now))) return { type: "wrong", user };
  return { type: "right", user, by: "recovery code" };
}
