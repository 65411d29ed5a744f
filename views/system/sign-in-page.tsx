import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { Mark } from "../frame/mark.tsx";

export function SignInPage(props: { readonly frame: PageFrame; readonly next: string; readonly error: string | null }) {
  const { frame, next, error } = props;
  return (
    <Layout frame={frame}>
      <section class="sign-in card">
        <Mark />
        <h1>Sign in</h1>
        <p class="muted">
          Use the token that Baton printed the first time it started. Lost it? Set <code>BATON_ADMIN_TOKEN</code> to a
          new one and restart Baton.
        </p>
        <form method="post" action={routes.signIn()}>
          <input type="hidden" name="next" value={next} />
          {/* Password managers need a name to store the token under. */}
          <input type="text" name="username" value="baton" autocomplete="username" readonly hidden />
          <label for="token">Token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            autofocus
            required
            maxlength={512}
            aria-invalid={error ? "true" : undefined}
            aria-describedby={error ? "sign-in-error" : undefined}
          />
          {error && (
            <p class="field-error" id="sign-in-error" role="alert">
              {error}
            </p>
          )}
          <button class="button primary" type="submit">
            Sign in
          </button>
        </form>
      </section>
    </Layout>
  );
}
