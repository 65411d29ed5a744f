import type { ApiToken } from "../../model/access/api-token.ts";
import type { Principal } from "../../model/access/principal.ts";
import type { TokenId } from "../../model/names/ids.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { allows } from "../../rules/access/permissions.ts";

/** A token with the names of what it refers to. */
export interface ListedToken {
  readonly token: ApiToken;
  readonly owner: string;
  /** Slugs; null when it is not limited. A product that is gone is left out. */
  readonly products: readonly string[] | null;
}

/** The tokens that somebody may revoke: one's own, and everybody's for those who manage people. Newest first. */
export async function tokensFor(store: ReadStore, who: Principal): Promise<readonly ListedToken[]> {
  const all = await store.access.listTokens("all");
  return named(store, allows(who, "people", null) ? all : all.filter((token) => isOwn(token, who)));
}

/** Null when there is none that they may revoke. */
export async function tokenFor(store: ReadStore, who: Principal, id: number): Promise<ApiToken | null> {
  const token = Number.isSafeInteger(id) ? await store.access.getToken(id as TokenId) : null;
  return token && (isOwn(token, who) || allows(who, "people", null)) ? token : null;
}

export async function named(store: ReadStore, tokens: readonly ApiToken[]): Promise<readonly ListedToken[]> {
  const [products, users] = await Promise.all([store.products.list(), store.users.list()]);
  const slugs = new Map(products.map(({ id, slug }) => [id, slug as string]));
  const names = new Map(users.map(({ id, name }) => [id, name]));
  return tokens.map((token) => ({
    token,
    owner: token.userId === null ? token.name : (names.get(token.userId) ?? ""),
    products: token.productIds?.flatMap((id) => slugs.get(id) ?? []).sort() ?? null,
  }));
}

/** A token that is limited to some products does not manage those that can do more. */
function isOwn({ userId, productIds }: ApiToken, who: Principal): boolean {
  const isWithin = who.productIds === null || (productIds?.every((id) => who.productIds?.includes(id)) ?? false);
  return userId === who.userId && isWithin;
}
