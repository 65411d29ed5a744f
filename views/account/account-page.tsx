import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { offers } from "../frame/offers.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { EmailField, FieldError, HiddenUsername, NameField, PasswordField } from "../ui/form/person-fields.tsx";
import { Notice } from "../ui/outcome.tsx";
import { PasskeysCard, type PasskeysView } from "./passkeys-card.tsx";
import { SecondFactorCard, type SecondFactorView } from "./second-factor-card.tsx";
import { SessionsCard, type SessionView } from "./sessions-card.tsx";

export type AccountForm = "profile" | "password" | "second-factor" | "passkeys" | "sessions";

export interface AccountProps {
  readonly name: string;
  readonly email: string;
  readonly hasPassword: boolean;
  readonly secondFactor: SecondFactorView;
  readonly passkeys: PasskeysView;
  readonly sessions: readonly SessionView[];
  /** The name of the identity provider that the account is connected with; null when there is none. */
  readonly connectedWith: string | null;
  readonly notice: string | null;
  /** The form that was refused, and why. */
  readonly error: { readonly form: AccountForm; readonly message: string } | null;
}

/** What somebody signs in with, and where they are signed in. */
export function AccountPage({ frame, page }: { readonly frame: PageFrame; readonly page: AccountProps }) {
  const { notice, error, passkeys, sessions, secondFactor, hasPassword, email } = page;
  const errorOf = (form: AccountForm) => (error?.form === form ? error.message : null);
  return (
    <Layout frame={frame} scripts={passkeys.isPossible ? ["passkeys.js"] : []}>
      <header class="page-head">
        <h1>Your account</h1>
        {offers(frame, routes.tokens.get) && (
          <div class="actions">
            <a class="button" href={routes.tokens()}>
              API tokens
            </a>
          </div>
        )}
      </header>
      <Notice text={notice} />
      <div class="account">
        <ProfileCard page={page} csrf={frame.csrf} error={errorOf("profile")} />
        <PasswordCard page={page} csrf={frame.csrf} error={errorOf("password")} />
        <SecondFactorCard
          secondFactor={secondFactor}
          hasPassword={hasPassword}
          email={email}
          csrf={frame.csrf}
          error={errorOf("second-factor")}
        />
        <PasskeysCard
          passkeys={passkeys}
          hasPassword={hasPassword}
          email={email}
          frame={frame}
          error={errorOf("passkeys")}
        />
        <SessionsCard sessions={sessions} frame={frame} />
      </div>
    </Layout>
  );
}

interface CardProps {
  readonly page: AccountProps;
  readonly csrf: string | null;
  readonly error: string | null;
}

function ProfileCard({ page, csrf, error }: CardProps) {
  const faultId = error === null ? null : "profile-error";
  return (
    <section class="card" aria-labelledby="profile-title">
      <h2 id="profile-title">Profile</h2>
      <form class="fields" method="post" action={routes.accountProfile()}>
        <CsrfField token={csrf} />
        <NameField value={page.name} faultId={faultId} />
        <EmailField value={page.email} autocomplete="email" faultId={faultId} />
        {page.hasPassword && (
          <PasswordField
            label="Current password, to change the e-mail address"
            name="current"
            id="profile-current"
            isNew={false}
            isOptional
            faultId={faultId}
          />
        )}
        <FieldError id="profile-error" message={error} />
        <button class="button" type="submit">
          Save
        </button>
      </form>
      {page.connectedWith !== null && (
        <p class="muted small">Connected with {page.connectedWith}: you can sign in there, too.</p>
      )}
    </section>
  );
}

function PasswordCard({ page, csrf, error }: CardProps) {
  const { hasPassword, email } = page;
  const faultId = error === null ? null : "password-error";
  return (
    <section class="card" aria-labelledby="password-title">
      <h2 id="password-title">Password</h2>
      <form class="fields" method="post" action={routes.accountPassword()}>
        <CsrfField token={csrf} />
        <HiddenUsername email={email} />
        {hasPassword && <PasswordField label="Current password" name="current" isNew={false} faultId={faultId} />}
        <PasswordField label="New password" name="password" isNew faultId={faultId} />
        <FieldError id="password-error" message={error} />
        <button class="button" type="submit">
          {hasPassword ? "Change password" : "Set password"}
        </button>
      </form>
      <p class="muted small">It signs you out everywhere else.</p>
    </section>
  );
}
