import { routes } from "../../server/routes.ts";
import { Badge } from "../ui/badge.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { FieldError, HiddenUsername, PasswordField } from "../ui/form/person-fields.tsx";

export interface SecondFactorView {
  readonly isOn: boolean;
  readonly recoveryCodesLeft: number;
}

export function SecondFactorCard(props: {
  readonly secondFactor: SecondFactorView;
  readonly hasPassword: boolean;
  readonly email: string;
  readonly csrf: string | null;
  readonly error: string | null;
}) {
  const { secondFactor, hasPassword, email, csrf, error } = props;
  const { isOn, recoveryCodesLeft } = secondFactor;
  return (
    <section class="card" id="second-step" aria-labelledby="second-factor-title">
      <header class="card-head">
        <h2 id="second-factor-title">Two-step sign-in</h2>
        {isOn ? <Badge tone="good" icon="check" text="On" /> : <Badge tone="off" icon="dash" text="Off" />}
      </header>
      {isOn ? (
        <>
          <p class="muted">
            After your password, Baton asks for a code from your authenticator app.{" "}
            {recoveryCodesLeft === 0
              ? "You have used all your recovery codes: make new ones."
              : `You have ${recoveryCodesLeft} recovery ${recoveryCodesLeft === 1 ? "code" : "codes"} left.`}
          </p>
          <form class="fields" method="post">
            <CsrfField token={csrf} />
            <HiddenUsername email={email} />
            {hasPassword && (
              <PasswordField
                label="Password"
                id="second-factor-password"
                name="current"
                isNew={false}
                faultId={error === null ? null : "second-factor-error"}
              />
            )}
            <FieldError id="second-factor-error" message={error} />
            <div class="actions">
              <button class="button" type="submit" formaction={routes.accountRecoveryCodes()}>
                New recovery codes
              </button>
              <button class="button" type="submit" formaction={routes.accountSecondFactorRemove()}>
                Turn off
              </button>
            </div>
          </form>
        </>
      ) : (
        <>
          <p class="muted">
            With an authenticator app on your phone, your password alone no longer opens your account. Passkeys need no
            second step.
          </p>
          <form method="post" action={routes.accountSecondFactor()}>
            <CsrfField token={csrf} />
            <button class="button" type="submit">
              Set up
            </button>
          </form>
        </>
      )}
    </section>
  );
}
