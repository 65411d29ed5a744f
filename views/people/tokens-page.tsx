import { type Scope, scopes } from "../../server/model/access/scope.ts";
import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { Copyable } from "../ui/copyable.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";
import { Fault, Notice } from "../ui/outcome.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { ProductChoice } from "./product-choice.tsx";
import { scopeWords } from "./scope-words.ts";

export interface TokensProps {
  readonly tokens: readonly TokenView[];
  /** The slugs of the products that a token can be limited to. */
  readonly products: readonly string[];
  readonly typed: TokenForm;
  /** The token that was created, shown this once. */
  readonly created: { readonly name: string; readonly token: string } | null;
  readonly error: string | null;
  readonly notice: string | null;
}

export interface TokenForm {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly products: readonly string[];
  /** Days, or "never". */
  readonly expires: string;
}

export interface TokenView {
  readonly id: number;
  readonly name: string;
  readonly owner: string;
  readonly hint: string | null;
  readonly scopes: readonly Scope[];
  readonly products: readonly string[] | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly lastUsedAddress: string | null;
  readonly canRevoke: boolean;
}

export function TokensPage({ frame, page }: { readonly frame: PageFrame; readonly page: TokensProps }) {
  const { tokens, created, error, notice } = page;
  return (
    <Layout frame={frame}>
      <h1>Tokens</h1>
      <p class="muted">A token is the password for git and the bearer token for the API.</p>
      <Notice text={notice} />
      <Fault text={error} />
      {created && (
        <section class="card" aria-labelledby="created-title">
          <h2 id="created-title">Copy “{created.name}” now</h2>
          <Copyable id="new-token" text={created.token} label="the token" />
          <p class="muted small">Baton keeps only its hash, so it is not shown again.</p>
        </section>
      )}
      <div class="stack">
        <NewToken page={page} csrf={frame.csrf} />
        <section class="card" aria-labelledby="tokens-title">
          <h2 id="tokens-title">Valid tokens</h2>
          <ul class="rights-list">
            {tokens.map((token) => (
              <Token token={token} now={frame.now} csrf={frame.csrf} />
            ))}
          </ul>
          {tokens.length === 0 && <p class="muted">None yet.</p>}
        </section>
      </div>
    </Layout>
  );
}

function Token(props: { readonly token: TokenView; readonly now: Date; readonly csrf: string | null }) {
  const { token, now, csrf } = props;
  return (
    <li>
      <div>
        <p>
          <strong>{token.name}</strong> {token.hint && <code class="hint-of-token">{token.hint}…</code>}
        </p>
        <p class="meta">
          {token.owner !== token.name && <span>{token.owner}</span>}
          <span>{token.scopes.length === scopes.length ? "every scope" : token.scopes.join(", ")}</span>
          <span>{token.products === null ? "all products" : token.products.join(", ") || "no product any more"}</span>
        </p>
        <p class="meta">
          <Expiry at={token.expiresAt} now={now} />
          <span>
            {token.lastUsedAt ? (
              <>
                Last used <RelativeTime at={token.lastUsedAt} now={now} /> from {token.lastUsedAddress}
              </>
            ) : (
              "Never used"
            )}
          </span>
        </p>
      </div>
      {token.canRevoke && (
        <form method="post" action={routes.tokenRevoke(token.id)}>
          <CsrfField token={csrf} />
          <button class="button small" type="submit">
            Revoke<span class="visually-hidden"> {token.name}</span>
          </button>
        </form>
      )}
    </li>
  );
}

function Expiry({ at, now }: { readonly at: Date | null; readonly now: Date }) {
  if (at === null) return <span>Never expires</span>;
  const day = at.toISOString().slice(0, 10);
  return <span>{at <= now ? `Expired on ${day}` : `Expires on ${day}`}</span>;
}

const expiries = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "One year"],
  ["never", "Never"],
] as const;

function NewToken({ page, csrf }: { readonly page: TokensProps; readonly csrf: string | null }) {
  const { typed, products } = page;
  return (
    <section class="card" aria-labelledby="new-title">
      <h2 id="new-title">New token</h2>
      <form class="rights-form" method="post" action={routes.tokens()}>
        <CsrfField token={csrf} />
        <div class="fields">
          <TextField
            name="name"
            label="Name"
            value={typed.name}
            placeholder="ci"
            width="grow"
            maxlength={100}
            required
          />
          <p class="field">
            <label for="expires">Expires after</label>
            <select id="expires" name="expires">
              {expiries.map(([value, text]) => (
                <option value={value} selected={value === typed.expires}>
                  {text}
                </option>
              ))}
            </select>
          </p>
        </div>
        <fieldset>
          <legend>Scopes</legend>
          {scopes.map((scope) => (
            <label class="check">
              <input type="checkbox" name="scopes" value={scope} checked={typed.scopes.includes(scope)} />
              <span>
                <code>{scope}</code> <span class="muted">{scopeWords[scope]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <ProductChoice all={products} chosen={typed.products.length === 0 ? null : typed.products} legend="Products" />
        <button class="button primary" type="submit">
          Create token
        </button>
      </form>
    </section>
  );
}
