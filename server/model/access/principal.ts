import type { ProductId, SessionId, TokenId, UserId } from "../names/ids.ts";
import type { Scope } from "./scope.ts";
import type { Grant } from "./user.ts";

/**
 * Who acts, and with which rights: a person in a browser, or somebody with a token. What a token may do is what its
 * owner may do, cut down to its scopes and products.
 */
export interface Principal {
  /** The name that pages, pushes and the activity log show. */
  readonly name: string;
  /** Null for the server's own token. */
  readonly userId: UserId | null;
  /** The token that is used, or that the session was opened with; null for somebody who signed in as a person. */
  readonly token: { readonly id: TokenId; readonly name: string } | null;
  /** Null for a bearer token. */
  readonly sessionId: SessionId | null;
  readonly grants: readonly Grant[];
  /** Null when no token limits them. */
  readonly scopes: readonly Scope[] | null;
  /** The products that the token is limited to; null when it is not. */
  readonly productIds: readonly ProductId[] | null;
}

/** The server's own rights: those of an administrator of everything. */
export const everything: readonly Grant[] = [{ role: "admin", productId: null }];
