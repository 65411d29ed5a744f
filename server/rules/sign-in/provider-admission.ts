import type { Role } from "../../model/access/role.ts";
import type { User } from "../../model/access/user.ts";

/** What the rule needs of a provider's claims. */
interface Claimed {
  readonly email: string | null;
  readonly isEmailVerified: boolean;
  readonly name: string | null;
}

interface Allowed {
  /** The domains of addresses that may sign in; empty admits those only who have an account. */
  readonly domains: readonly string[];
  /** What a new user may do everywhere; null makes no new users. */
  readonly role: Role | null;
}

/** Those who may be meant. */
interface Candidates {
  readonly bySubject: User | null;
  readonly byEmail: User | null;
}

export type Admission =
  | { readonly type: "sign-in"; readonly user: User }
  /** From now on the provider's subject names this user, whatever address it tells. */
  | { readonly type: "link"; readonly user: User }
  | { readonly type: "create"; readonly email: string; readonly name: string; readonly role: Role }
  /** The message completes "Signing in failed: …". */
  | { readonly type: "refused"; readonly message: string };

/** Decides who it is that comes back from an identity provider, and whether they may come in. */
export function admit(claimed: Claimed, allowed: Allowed, { bySubject, byEmail }: Candidates): Admission {
  if (bySubject) return bySubject.disabledAt === null ? { type: "sign-in", user: bySubject } : disabled;
  const { email } = claimed;
  if (email === null) return refuse("the provider does not tell your e-mail address");
  // Anybody could otherwise enter somebody else's address at the provider and come in as them.
  if (!claimed.isEmailVerified) return refuse(`the provider has not verified that ${email} is yours`);
  if (byEmail) {
    if (byEmail.disabledAt !== null) return disabled;
    if (byEmail.hasOidc) return refuse(`the account of ${email} is connected with somebody else at the provider`);
    return { type: "link", user: byEmail };
  }
  if (allowed.role === null || allowed.domains.length === 0) return refuse(`nobody has invited ${email}`);
  if (!allowed.domains.includes(domainOf(email))) {
    return refuse(`${email} is not an address of ${allowed.domains.join(" or ")}`);
  }
  return { type: "create", email, name: claimed.name?.trim() || nameOf(email), role: allowed.role };
}

const refuse = (message: string): Admission => ({ type: "refused", message });
const disabled = refuse("your account is disabled");

const domainOf = (email: string) => email.slice(email.lastIndexOf("@") + 1).toLowerCase();
const nameOf = (email: string) => email.slice(0, email.lastIndexOf("@"));
