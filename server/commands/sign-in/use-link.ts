import type { Link } from "../../model/access/link.ts";
import type { User } from "../../model/access/user.ts";
import type { LinkFault } from "../../ports/store/users.ts";
import { refusedPassword } from "../../rules/sign-in/refused-password.ts";
import { refusedEmail, refusedName } from "../../rules/sign-in/refused-person.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { passwordMark } from "./sign-in-with-password.ts";

/** What somebody enters on the page of a link. Links that are about a user ignore the name and the address. */
export interface LinkInput {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export type LinkUse =
  /** `mark` changes with the password. */
  | { readonly type: "used"; readonly link: Link; readonly user: User; readonly mark: string }
  | { readonly type: "gone"; readonly reason: LinkFault | "user-exists" }
  /** The link still works. */
  | Refused;

/** Uses up a secret link: makes its user, or gives them a new password and ends their sessions. */
export async function useLink(
  adapters: Uses<"store" | "passwords" | "clock">,
  secret: string,
  input: LinkInput,
): Promise<LinkUse> {
  const { store, passwords, clock } = adapters;
  const link = await store.links.find(secret);
  const fault = link ? linkFault(link, clock.now()) : "unknown";
  if (!link || fault !== null) return { type: "gone", reason: fault ?? "unknown" };
  const makesUser = link.userId === null;
  const person = { name: input.name.trim(), email: input.email.trim() };
  const why =
    (makesUser ? (refusedName(person.name) ?? refusedEmail(person.email)) : null) ?? refusedPassword(input.password);
  if (why !== null) return refused("invalid", why);

  const hash = await passwords.hash(input.password);
  const outcome = await apply(adapters, { link, secret }, person, hash);
  if (outcome === "email-taken") return refused("conflict", `${person.email} has an account already: sign in instead`);
  return typeof outcome === "string"
    ? { type: "gone", reason: outcome }
    : { type: "used", link, user: outcome, mark: passwordMark(hash) };
}

function apply(
  { store: { links, users, access }, clock }: Uses<"store" | "clock">,
  { link, secret }: { readonly link: Link; readonly secret: string },
  person: { readonly name: string; readonly email: string },
  passwordHash: string,
): Promise<User | LinkFault | "email-taken" | "user-exists"> {
  switch (link.kind) {
    case "first-administrator":
    case "invitation":
      return links.makeUser(secret, { ...person, passwordHash, oidc: null }, clock.now());
    case "password-reset":
      return links.resetPassword(secret, passwordHash, clock.now());
    case "sign-in":
      return links.signIn(secret, clock.now()).then(async (user) => {
        if (typeof user === "string") return user;
        await users.setPassword(user.id, passwordHash);
        await access.closeOtherSessions(user.id, null);
        return user;
      });
  }
}

/** Why a link does not work; null when it does. */
export function linkFault({ usedAt, expiresAt }: Link, now: Date): Exclude<LinkFault, "unknown"> | null {
  if (usedAt !== null) return "used";
  return expiresAt <= now ? "expired" : null;
}
