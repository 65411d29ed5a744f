import { and, desc, eq, isNull } from "drizzle-orm";
import type { ApiToken } from "../../model/access/api-token.ts";
import { scopes as everyScope } from "../../model/access/scope.ts";
import type { AccessStore } from "../../ports/store/access.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { sessions, tokenProducts, tokens } from "../schema/access.ts";
import { sha256 } from "./hashed-secret.ts";
import { productsOfToken } from "./principals.ts";

type TokenStore = Pick<AccessStore, "listTokens" | "getToken" | "addToken" | "revokeToken">;

export function createTokenStore(database: Database): TokenStore {
  return {
    listTokens: (owner) =>
      database.read((queries) => readTokens(queries, owner === "all" ? undefined : eq(tokens.userId, owner))),

    getToken: (id) => database.read(async (queries) => (await readTokens(queries, eq(tokens.id, id)))[0] ?? null),

    addToken: ({ token, productIds, ...given }, at) =>
      database.write(async ({ tx }) => {
        const hash = sha256(token);
        const values = { ...given, sha256: hash, scopes: [...given.scopes], limited: productIds !== null };
        const [row] = await tx
          .insert(tokens)
          .values({ ...values, createdAt: at })
          .returning({ id: tokens.id });
        if (!row) throw new Error("a token that was stored has no id");
        const rows = (productIds ?? []).map((productId) => ({ tokenId: row.id, productId }));
        if (rows.length > 0) await tx.insert(tokenProducts).values(rows).onConflictDoNothing();
        const [added] = await readTokens(tx, eq(tokens.id, row.id));
        if (!added) throw new Error("a token that was stored cannot be read");
        return added;
      }),

    revokeToken: (id, at) =>
      database.write(async ({ tx }) => {
        const standing = and(eq(tokens.id, id), isNull(tokens.revokedAt));
        const revoked = await tx.update(tokens).set({ revokedAt: at }).where(standing).returning({ id: tokens.id });
        await tx.delete(sessions).where(eq(sessions.tokenId, id));
        return revoked.length > 0;
      }),
  };
}

async function readTokens(queries: Queries, which: ReturnType<typeof eq> | undefined): Promise<readonly ApiToken[]> {
  const { id, name, userId, scopes, hint, createdAt, expiresAt, revokedAt, lastUsedAt, lastUsedAddress } = tokens;
  const rows = await queries
    .select({
      ...{ id, name, userId, scopes, hint, createdAt, expiresAt, revokedAt, lastUsedAt, lastUsedAddress },
      isServers: tokens.administrator,
      limited: tokens.limited,
      productIds: productsOfToken,
    })
    .from(tokens)
    .where(and(isNull(revokedAt), which))
    .orderBy(desc(id));
  return rows.map(({ limited, ...row }) => ({
    ...row,
    scopes: everyScope.filter((scope) => row.scopes.includes(scope)),
    productIds: limited ? row.productIds : null,
  }));
}

/** A changed token also ends the sessions that were opened with the old one, which may have leaked. */
export async function setAdminToken(tx: Queries, name: string, hash: Buffer): Promise<void> {
  const [former] = await tx.select().from(tokens).where(eq(tokens.administrator, true));
  // The row's sessions go with it.
  if (former && !former.sha256.equals(hash)) await tx.delete(tokens).where(eq(tokens.id, former.id));
  await addServerToken(tx, { name, sha256: hash, administrator: true });
}

/** A token of the server's own, which may do everything. */
export async function addServerToken(
  tx: Queries,
  row: { readonly name: string; readonly sha256: Buffer; readonly administrator: boolean },
): Promise<void> {
  const standing = { userId: null, scopes: [...everyScope], limited: false, expiresAt: null, revokedAt: null };
  await tx
    .insert(tokens)
    .values({ ...row, ...standing })
    .onConflictDoUpdate({ target: tokens.sha256, set: { ...row, ...standing } });
}
