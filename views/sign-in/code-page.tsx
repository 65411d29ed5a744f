import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { Mark } from "../frame/mark.tsx";
import { FieldError } from "../ui/form/person-fields.tsx";

/** Asks for the second factor, once the password was right. */
export function CodePage({ frame, error }: { readonly frame: PageFrame; readonly error: string | null }) {
  return (
    <Layout frame={frame}>
      <section class="sign-in card">
        <Mark />
        <h1>One more step</h1>
        <p class="muted">Enter the six digits that your authenticator app shows, or one of your recovery codes.</p>
        <form method="post" action={routes.signInCode()}>
          <p class="field">
            <label for="code">Code</label>
            <input
              id="code"
              name="code"
              class="code-input"
              autocomplete="one-time-code"
              autocapitalize="off"
              spellcheck={false}
              autofocus
              required
              maxlength={40}
              aria-invalid={error === null ? undefined : "true"}
              aria-describedby={error === null ? undefined : "code-error"}
            />
          </p>
          <FieldError id="code-error" message={error} />
          <button class="button primary" type="submit">
            Sign in
          </button>
        </form>
        <p class="muted small">
          Lost both? An administrator can remove the second step from your account.{" "}
          <a href={routes.signIn()}>Start again</a>
        </p>
      </section>
    </Layout>
  );
}
