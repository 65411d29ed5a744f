import { type TokenForm, TokensPage, type TokensProps } from "../../../../views/people/tokens-page.tsx";
import { isScope } from "../../../model/access/scope.ts";
import { routes } from "../../../routes.ts";
import { onlyVisible } from "../../access/visible.ts";
import { faultSentence } from "../../api/fault-words.ts";
import { productIdsOf, tokenDetail } from "../../api/people/tokens.ts";
import { newTokenSchema } from "../../api/schemas/people/tokens.ts";
import { noteDetail, noteSubject } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { notFound, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { type ListedToken, tokenFor, tokensFor } from "../../read/token-list.ts";
import { frameOf, type PageNeeds } from "../page.ts";

const nothingTyped: TokenForm = { name: "", scopes: ["git:push"], products: [], expires: "90" };

/** Creates and revokes tokens. */
export function createTokensPages(needs: PageNeeds) {
  const { endpoints, store, commands } = needs;

  return (
    endpoints
      .router()
      .on(routes.tokens.get, (c) => {
        const isRevoked = c.req.query("done") === "revoked";
        return show(c, needs, { notice: isRevoked ? "Revoked. It opens nothing any more." : null });
      })

      // Answers with the page itself, because the token is stored nowhere.
      .on(routes.tokens.post, (c) => create(c, needs))

      .on(routes.tokenRevoke.post, async (c) => {
        const id = Number(c.req.param("id"));
        const token = await tokenFor(store, visitorOf(c).identity, id);
        if (!token) throw notFound(`token ${id}`);
        noteSubject(c, token.name);
        const outcome = await commands.revokeToken(token);
        if (outcome.type === "refused") return show(c, needs, { error: outcome.message }, 409);
        return c.redirect(`${routes.tokens()}?done=revoked`, 303);
      })
  );
}

async function create(c: WebContext, needs: PageNeeds): Promise<Response> {
  const form = await readForm(c);
  const typed: TokenForm = {
    name: form.get("name")?.trim() ?? "",
    scopes: form.getAll("scopes").filter(isScope),
    products: form.getAll("products"),
    expires: form.get("expires") ?? "",
  };
  const parsed = newTokenSchema.safeParse({
    ...{ name: typed.name, scopes: typed.scopes, products: typed.products.length === 0 ? null : typed.products },
    expiresInDays: typed.expires === "never" ? null : typed.expires,
  });
  if (!parsed.success) return show(c, needs, { typed, error: faultSentence(parsed.error, (path) => path) }, 400);
  const { name, scopes, products = null, expiresInDays = null } = parsed.data;
  const productIds = products && (await productIdsOf(c, needs, products));
  noteSubject(c, name);
  noteDetail(c, tokenDetail(scopes, products));
  const asked = await needs.commands.createToken(visitorOf(c).identity, { name, scopes, productIds, expiresInDays });
  if (asked.type === "refused") return show(c, needs, { typed, error: asked.message }, problemOf(asked).status);
  return show(c, needs, { created: { name, token: asked.secret } });
}

async function show(
  c: WebContext,
  needs: PageNeeds,
  state: Partial<Pick<TokensProps, "typed" | "error" | "notice" | "created">>,
  status: ReturnType<typeof problemOf>["status"] = 200,
) {
  const { store } = needs;
  const [tokens, products] = await Promise.all([tokensFor(store, visitorOf(c).identity), store.products.list()]);
  const page: TokensProps = {
    tokens: tokens.map(tokenView),
    products: onlyVisible(c, products, ({ id }) => id).map(({ slug }) => slug),
    ...{ typed: nothingTyped, error: null, notice: null, created: null },
    ...state,
  };
  return c.html(TokensPage({ frame: frameOf(c, needs, { title: "Tokens" }), page }), status);
}

function tokenView({ token, owner, products }: ListedToken): TokensProps["tokens"][number] {
  const { id, name, hint, scopes, createdAt, expiresAt, lastUsedAt, lastUsedAddress } = token;
  const used = { lastUsedAt, lastUsedAddress };
  return { id, name, owner, hint, scopes, products, createdAt, expiresAt, ...used, canRevoke: !token.isServers };
}
