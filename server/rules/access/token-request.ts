import type { Principal } from "../../model/access/principal.ts";
import type { Scope } from "../../model/access/scope.ts";
import type { ProductId } from "../../model/names/ids.ts";

export interface TokenLimits {
  readonly scopes: readonly Scope[];
  readonly productIds: readonly ProductId[] | null;
}

/** Why somebody may not create a token with these limits; null when they may. A token makes none that can do more. */
export function tokenFault(who: Principal, { scopes, productIds }: TokenLimits): string | null {
  if (scopes.length === 0) return "choose at least one scope";
  const missing = who.scopes === null ? undefined : scopes.find((scope) => !who.scopes?.includes(scope));
  if (missing !== undefined) return `a token without the scope "${missing}" cannot create one that has it`;
  if (productIds?.length === 0) return "name at least one product, or leave the products out for all of them";
  const { productIds: own } = who;
  if (own === null) return null;
  if (productIds === null) return "a token that is limited to some products cannot create one for all of them";
  return productIds.every((id) => own.includes(id)) ? null : "a token cannot create one for products of others";
}
