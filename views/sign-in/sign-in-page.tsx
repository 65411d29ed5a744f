import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { Mark } from "../frame/mark.tsx";
import { EmailField, FieldError, PasswordField } from "../ui/form/person-fields.tsx";
import { Notice } from "../ui/outcome.tsx";

export interface SignInProps {
  readonly next: string;
  /** Whether anybody has an account. Without one, the token is the only way in. */
  readonly hasUsers: boolean;
  /** The name of the identity provider; null when none is set up. */
  readonly provider: string | null;
  /** Whether browsers use passkeys at this address. */
  readonly hasPasskeys: boolean;
  /** The address that was typed. */
  readonly email: string;
  readonly error: { readonly form: "password" | "token" | "other"; readonly message: string } | null;
  readonly notice: string | null;
}

export function SignInPage({ frame, page }: { readonly frame: PageFrame; readonly page: SignInProps }) {
  const { hasUsers, next, error, notice } = page;
  const hasOtherWays = hasUsers && (page.provider !== null || page.hasPasskeys);
  return (
    <Layout frame={frame} scripts={page.hasPasskeys ? ["passkeys.js"] : []}>
      <section class="sign-in card">
        <Mark />
        <h1>Sign in</h1>
        <Notice text={notice} />
        {error?.form === "other" && <FieldError id="sign-in-error" message={error.message} />}
        {hasUsers ? (
          <>
            <PasswordForm page={page} />
            {hasOtherWays && <OtherWays page={page} />}
            <details class="other-way" open={error?.form === "token"}>
              <summary>Sign in with a token</summary>
              <TokenForm next={next} error={error} isFirst={false} />
            </details>
          </>
        ) : (
          <>
            <p class="muted">
              Nobody has an account yet. Open the sign-in link that Baton printed when it started, or print a new one on
              the server with <code>npm run admin -- link</code>.
            </p>
            <TokenForm next={next} error={error} isFirst />
          </>
        )}
      </section>
    </Layout>
  );
}

function PasswordForm({ page }: { readonly page: SignInProps }) {
  const { next, email, error } = page;
  const fault = error?.form === "password" ? error.message : null;
  const faultId = fault === null ? null : "password-error";
  return (
    <form method="post" action={routes.signIn()}>
      <input type="hidden" name="next" value={next} />
      <EmailField value={email} autocomplete="username" autofocus={email === ""} faultId={faultId} />
      <PasswordField label="Password" name="password" isNew={false} autofocus={email !== ""} faultId={faultId} />
      <FieldError id="password-error" message={fault} />
      <button class="button primary" type="submit">
        Sign in
      </button>
    </form>
  );
}

function OtherWays({ page }: { readonly page: SignInProps }) {
  const { next, provider, hasPasskeys } = page;
  const query = next === "/" ? "" : `?${new URLSearchParams({ next })}`;
  return (
    <div class="ways">
      <p class="or">or</p>
      {hasPasskeys && (
        <div class="with-script">
          <button
            class="button"
            type="button"
            data-passkey-sign-in={routes.signInPasskey()}
            data-passkey-options={routes.signInPasskeyOptions()}
            data-next={next}
          >
            Use a passkey
          </button>
          <p class="field-error" id="passkey-error" role="alert" hidden></p>
        </div>
      )}
      {provider !== null && (
        <a class="button" href={routes.signInProvider() + query}>
          Continue with {provider}
        </a>
      )}
    </div>
  );
}

function TokenForm(props: { readonly next: string; readonly error: SignInProps["error"]; readonly isFirst: boolean }) {
  const { next, error, isFirst } = props;
  const fault = error?.form === "token" ? error.message : null;
  return (
    <form method="post" action={routes.signIn()}>
      <input type="hidden" name="next" value={next} />
      {/* Password managers need a name to store the token under. */}
      <input type="text" name="username" value="baton" autocomplete="username" readonly hidden />
      <p class="field">
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete={isFirst ? "current-password" : "off"}
          autofocus={isFirst}
          required
          maxlength={512}
          aria-invalid={fault === null ? undefined : "true"}
          aria-describedby={fault === null ? "token-hint" : "token-error"}
        />
      </p>
      <FieldError id="token-error" message={fault} />
      <p class="hint" id="token-hint">
        {isFirst ? "The token that Baton printed on its first start." : "An API token with access to the dashboard."}{" "}
        Lost the server’s own? Set <code>BATON_ADMIN_TOKEN</code> and restart Baton.
      </p>
      <button class={isFirst ? "button primary" : "button"} type="submit">
        {isFirst ? "Sign in" : "Sign in with token"}
      </button>
    </form>
  );
}
