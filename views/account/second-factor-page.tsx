import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { FieldError } from "../ui/form/person-fields.tsx";
import { QrCode } from "../ui/qr-code.tsx";

export interface SecondFactorSetUp {
  /** What the QR code contains. */
  readonly uri: string;
  /** The same secret, for those who type it. */
  readonly secret: string;
  readonly error: string | null;
}

/** Shows the secret to the authenticator app and asks for a first code. */
export function SecondFactorPage({ frame, page }: { readonly frame: PageFrame; readonly page: SecondFactorSetUp }) {
  const { uri, secret, error } = page;
  return (
    <Layout frame={frame}>
      <AccountCrumbs title="Two-step sign-in" />
      <h1>Set up two-step sign-in</h1>
      <section class="card second-factor" aria-label="Set-up">
        <QrCode text={uri} label="QR code for the authenticator app" />
        <div class="second-factor-steps">
          <h2>1. Scan</h2>
          <p class="muted">Scan the code with an authenticator app, or type this key into it:</p>
          <p>
            <code class="secret">{secret}</code>
          </p>
          <h2>2. Confirm</h2>
          <form method="post" action={routes.accountSecondFactorConfirm()}>
            <CsrfField token={frame.csrf} />
            <p class="field">
              <label for="code">The six digits that the app shows</label>
              <input
                id="code"
                name="code"
                class="code-input"
                inputmode="numeric"
                autocomplete="one-time-code"
                spellcheck={false}
                autofocus
                required
                maxlength={10}
                aria-invalid={error === null ? undefined : "true"}
                aria-describedby={error === null ? undefined : "code-error"}
              />
            </p>
            <FieldError id="code-error" message={error} />
            <div class="actions">
              <button class="button primary" type="submit">
                Turn on
              </button>
              <a class="button" href={routes.account()}>
                Cancel
              </a>
            </div>
          </form>
        </div>
      </section>
    </Layout>
  );
}

/** Shows the recovery codes, which are not stored, this once. */
export function RecoveryCodesPage(props: { readonly frame: PageFrame; readonly codes: readonly string[] }) {
  const { frame, codes } = props;
  return (
    <Layout frame={frame}>
      <AccountCrumbs title="Recovery codes" />
      <h1>Your recovery codes</h1>
      <section class="card" aria-label="Recovery codes">
        <p class="muted">
          Each of them signs you in once, in place of a code from the app. Keep them where you find them without your
          phone: Baton shows them only now. Earlier ones no longer work.
        </p>
        <div class="copyable recovery-codes">
          <pre id="recovery-codes">{codes.join("\n")}</pre>
          <button class="button small with-script" type="button" data-copy="recovery-codes">
            Copy<span class="visually-hidden"> the recovery codes</span>
          </button>
        </div>
        <p class="actions">
          <a class="button primary" href={routes.account()}>
            I have kept them
          </a>
        </p>
      </section>
    </Layout>
  );
}

function AccountCrumbs({ title }: { readonly title: string }) {
  return (
    <p class="crumbs">
      <a href={routes.account()}>Your account</a>
      <span aria-current="page">{title}</span>
    </p>
  );
}
