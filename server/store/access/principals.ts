import { sql } from "drizzle-orm";
import { everything, type Principal } from "../../model/access/principal.ts";
import { scopes as everyScope, type Scope } from "../../model/access/scope.ts";
import type { Grant } from "../../model/access/user.ts";
import type { ProductId, SessionId, TokenId, UserId } from "../../model/names/ids.ts";
import { tokens, users } from "../schema/access.ts";

// Full names, because drizzle leaves the table out in a query of one table.
/** The grants of the row's user. */
export const grantsOfUser = sql<
  readonly Grant[]
>`(select coalesce(json_agg(json_build_object('role', held.role, 'productId', held.product_id) order by held.id), '[]') from grants held where held.user_id = users.id)`;

/** The products of the row's token. */
export const productsOfToken = sql<
  readonly ProductId[]
>`(select coalesce(json_agg(own.product_id order by own.product_id), '[]') from token_products own where own.token_id = tokens.id)`;

/** The columns that a principal is made of, for a query of `tokens` and `users`, both of which may be absent. */
export const principalColumns = {
  userId: users.id,
  userName: users.name,
  disabledAt: users.disabledAt,
  grants: grantsOfUser,
  tokenId: tokens.id,
  tokenName: tokens.name,
  scopes: tokens.scopes,
  limited: tokens.limited,
  productIds: productsOfToken,
};

export interface PrincipalRow {
  readonly userId: UserId | null;
  readonly userName: string | null;
  readonly disabledAt: Date | null;
  readonly grants: readonly Grant[];
  readonly tokenId: TokenId | null;
  readonly tokenName: string | null;
  readonly scopes: readonly Scope[] | null;
  readonly limited: boolean | null;
  readonly productIds: readonly ProductId[];
}

export function principalOf(row: PrincipalRow, sessionId: SessionId | null): Principal {
  const token = row.tokenId === null ? null : { id: row.tokenId, name: row.tokenName ?? "" };
  return {
    name: row.userName ?? token?.name ?? "",
    userId: row.userId,
    token,
    sessionId,
    grants: row.userId === null ? everything : row.grants,
    scopes: token && everyScope.filter((scope) => row.scopes?.includes(scope)),
    productIds: row.limited ? row.productIds : null,
  };
}
