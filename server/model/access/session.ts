import type { SessionId, TokenId, UserId } from "../names/ids.ts";

/** Somebody who is signed in with a browser: a person, or whoever signed in with a token. Exactly one id is set. */
export type SessionOwner = { readonly user: UserId } | { readonly token: TokenId };

export interface BrowserSession {
  readonly id: SessionId;
  readonly owner: SessionOwner;
  /** The browser's User-Agent header, shortened; null when it sent none. */
  readonly device: string | null;
  /** The network address that it was last used from. */
  readonly address: string | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  /** When the session's owner gave a TOTP code, a recovery code or a passkey; null when they have not. */
  readonly secondFactorAt: Date | null;
}
