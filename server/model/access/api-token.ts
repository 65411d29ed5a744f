import type { ProductId, TokenId, UserId } from "../names/ids.ts";
import type { Scope } from "./scope.ts";

/** An API token, without its secret, which only its owner has. */
export interface ApiToken {
  readonly id: TokenId;
  readonly name: string;
  /** Null for a token that belongs to the server: its own, and those that were created with it. */
  readonly userId: UserId | null;
  /** Whether it is BATON_ADMIN_TOKEN, or the one that the first start printed. */
  readonly isServers: boolean;
  readonly scopes: readonly Scope[];
  /** The products that it is limited to; null when it is not. */
  readonly productIds: readonly ProductId[] | null;
  /** The beginning of the token, which reveals nothing: "baton_4fGh81Kz"; null for a token that somebody chose. */
  readonly hint: string | null;
  readonly createdAt: Date;
  /** Null when it never expires. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** The network address that it was last used from. */
  readonly lastUsedAddress: string | null;
}
