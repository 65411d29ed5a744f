import type { Link } from "../../model/access/link.ts";
import type { Grant, Passkey, User } from "../../model/access/user.ts";
import type { LinkId, PasskeyId, UserId } from "../../model/names/ids.ts";

/**
 * People and what they sign in with. An administrator is a user who is not disabled and has the role `admin` for
 * everything. The last one stays: no method removes, disables or demotes them.
 */
export interface UserStore {
  /** By name. */
  list(): Promise<readonly User[]>;
  get(id: UserId): Promise<User | null>;
  /** Ignores the case of the address. */
  byEmail(email: string): Promise<User | null>;
  byOidc(subject: OidcSubject): Promise<User | null>;
  /** The names of the administrators, in alphabetical order. */
  administratorNames(): Promise<readonly string[]>;
  /** Whether there has ever been a user: then no link makes a first administrator any more. */
  hasAny(): Promise<boolean>;

  /** For somebody who signs in with OpenID Connect for the first time. Others are made by links. */
  create(user: NewUser, at: Date): Promise<User | "email-taken">;
  rename(id: UserId, change: { readonly name?: string; readonly email?: string }): Promise<"changed" | "email-taken">;
  /** Replaces the grants. */
  setGrants(id: UserId, grants: readonly Grant[]): Promise<UserChange>;
  /** Disabling ends all sessions and lets no token of theirs in. Tokens work again once the user is enabled. */
  setDisabled(id: UserId, isDisabled: boolean, at: Date): Promise<UserChange>;
  /** Removes the user with all sessions, tokens and links. */
  remove(id: UserId): Promise<UserChange>;

  /** Null when they have none. */
  passwordHash(id: UserId): Promise<string | null>;
  /** A PHC string; null removes the password. */
  setPassword(id: UserId, passwordHash: string | null): Promise<void>;
  /** For the same password, hashed anew. False when it was changed meanwhile; then nothing happens. */
  replacePasswordHash(id: UserId, change: { readonly from: string; readonly to: string }): Promise<boolean>;
  linkOidc(id: UserId, subject: OidcSubject | null): Promise<"changed" | "subject-taken">;

  /** Null when there is none. A secret that was not confirmed yet asks for no code. */
  totp(id: UserId): Promise<Totp | null>;
  /** Replaces the secret by one that is not confirmed; null removes it. */
  setTotpSecret(id: UserId, secret: string | null): Promise<void>;
  /** Accepts the secret, and a step of time that no code may be used again for. */
  confirmTotp(id: UserId, step: number, at: Date): Promise<void>;
  /** Marks a step of time as used. False when it, or a later one, was used before: a code works once. */
  useTotpStep(id: UserId, step: number): Promise<boolean>;
  /** Replaces all codes; stores their SHA-256. */
  setRecoveryCodes(id: UserId, codes: readonly string[]): Promise<void>;
  /** False when the code is unknown or was used before. */
  useRecoveryCode(id: UserId, code: string, at: Date): Promise<boolean>;
  unusedRecoveryCodes(id: UserId): Promise<number>;

  /** Oldest first. */
  passkeys(id: UserId): Promise<readonly Passkey[]>;
  passkeyByCredential(credentialId: string): Promise<Passkey | null>;
  addPasskey(passkey: NewPasskey, at: Date): Promise<Passkey | "credential-taken">;
  passkeyUsed(id: PasskeyId, counter: number, at: Date): Promise<void>;
  renamePasskey(user: UserId, id: PasskeyId, name: string): Promise<boolean>;
  /** False when the user has no such passkey. */
  removePasskey(user: UserId, id: PasskeyId): Promise<boolean>;
}

export type UserChange = "changed" | "unknown" | "last-administrator";

/** A person at an OpenID Connect provider. */
export interface OidcSubject {
  readonly issuer: string;
  readonly subject: string;
}

export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly grants: readonly Grant[];
  /** A PHC string. */
  readonly passwordHash: string | null;
  readonly oidc: OidcSubject | null;
}

export interface Totp {
  readonly secret: string;
  readonly confirmedAt: Date | null;
}

export type NewPasskey = Omit<Passkey, "id" | "createdAt" | "lastUsedAt">;

/**
 * Secret URLs that work once. The secret is 256 random bits, stored as SHA-256. Every use is one transaction, so of two
 * at once one fails.
 */
export interface LinkStore {
  /** Resolves with the secret, once. */
  create(link: NewLink, at: Date): Promise<{ readonly link: Link; readonly secret: string }>;
  /** Null when the secret is unknown. A link that was used or has expired is returned: its page says so. */
  find(secret: string): Promise<Link | null>;
  /** Unused links that have not expired, newest first. */
  listOpen(now: Date): Promise<readonly Link[]>;
  /** False when it is unknown or was used. */
  remove(id: LinkId): Promise<boolean>;

  /**
   * Makes the user of an invitation or the first administrator. Grants for products that are gone are left out. A taken
   * address leaves the link unused. `user-exists`: somebody became the first administrator before.
   */
  makeUser(
    secret: string,
    user: Omit<NewUser, "grants">,
    at: Date,
  ): Promise<User | LinkFault | "email-taken" | "user-exists">;
  /** Sets the password and ends all sessions of the user. */
  resetPassword(secret: string, passwordHash: string, at: Date): Promise<User | LinkFault>;
  /** Uses a sign-in link. */
  signIn(secret: string, at: Date): Promise<User | LinkFault>;
}

/** `unknown` is also the answer for a link of another kind, or of a user who is disabled. */
export type LinkFault = "unknown" | "used" | "expired";

export type NewLink = Pick<Link, "kind" | "email" | "grants" | "userId" | "createdBy" | "expiresAt">;
