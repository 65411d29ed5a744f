import { createRoute, type z } from "@hono/zod-openapi";
import type { ProductId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { onlyVisible } from "../../access/visible.ts";
import { noteDetail, noteSubject } from "../../http/audit.ts";
import { notFound, Problem, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { type ListedToken, named, tokenFor, tokensFor } from "../../read/token-list.ts";
import { type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { idParam } from "../schemas/ids.ts";
import { listOf } from "../schemas/lists.ts";
import { createdTokenSchema, defaultExpiryDays, newTokenSchema, tokenSchema } from "../schemas/people/tokens.ts";

export function createTokensApi(needs: ApiNeeds) {
  const { store, endpoints, commands } = needs;
  const api = createApi();

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.tokens.get),
      tags: ["People"],
      summary: "List your tokens, newest first",
      description: "Administrators get everybody's. Nothing in the list opens anything.",
      responses: { 200: json("The tokens", listOf(tokenSchema)), ...errorAnswers },
    }),
    async (c) => c.json({ items: (await tokensFor(store, visitorOf(c).identity)).map(tokenJson) }, 200),
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.tokens.post),
      tags: ["People"],
      summary: "Create a token",
      description:
        "It can do what you may do, within its scopes and products. The token itself is shown only once, in this response.",
      request: { body: jsonBody(newTokenSchema) },
      responses: { 201: json("The new token", createdTokenSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { name, scopes, products = null, expiresInDays = defaultExpiryDays } = c.req.valid("json");
      const productIds = products && (await productIdsOf(c, needs, products));
      noteSubject(c, name);
      noteDetail(c, tokenDetail(scopes, products));
      const asked = await commands.createToken(visitorOf(c).identity, { name, scopes, productIds, expiresInDays });
      if (asked.type === "refused") throw problemOf(asked);
      const [listed] = await named(store, [asked.token]);
      if (!listed) throw new Error("a token that was created is not listed");
      return c.json({ ...tokenJson(listed), token: asked.secret }, 201);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.token.delete),
      tags: ["People"],
      summary: "Revoke a token",
      description: "It ends at once, with the sessions and streams that were opened with it.",
      request: { params: idParam },
      responses: { 204: { description: "Revoked" }, ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const token = await tokenFor(store, visitorOf(c).identity, id);
      if (!token) throw notFound(`token ${id}`);
      noteSubject(c, token.name);
      const outcome = await commands.revokeToken(token);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.body(null, 204);
    },
  );

  return api;
}

/** The products of these slugs. Throws a Problem for one that the visitor may not see. */
export async function productIdsOf(
  c: WebContext,
  { store }: Pick<ApiNeeds, "store">,
  slugs: readonly string[],
): Promise<readonly ProductId[]> {
  const known = new Map(
    onlyVisible(c, await store.products.list(), ({ id }) => id).map(({ slug, id }) => [slug as string, id]),
  );
  return slugs.map((slug) => {
    const id = known.get(slug);
    if (id === undefined) throw new Problem(400, "invalid", `products: there is no product "${slug}"`);
    return id;
  });
}

/** For the audit log. */
export function tokenDetail(scopes: readonly string[], products: readonly string[] | null): string {
  return `${scopes.join(", ")}${products ? ` of ${products.join(", ")}` : ""}`;
}

function tokenJson({ token, owner, products }: ListedToken): z.infer<typeof tokenSchema> {
  return {
    ...{ id: token.id, name: token.name, owner, scopes: [...token.scopes], products: products && [...products] },
    hint: token.hint,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    lastUsedAddress: token.lastUsedAddress,
  };
}
