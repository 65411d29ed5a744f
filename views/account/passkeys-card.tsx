import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { FieldError, HiddenUsername, PasswordField } from "../ui/form/person-fields.tsx";
import { RelativeTime } from "../ui/time.tsx";

export interface PasskeysView {
  readonly list: readonly {
    readonly id: number;
    readonly name: string;
    readonly createdAt: Date;
    readonly lastUsedAt: Date | null;
  }[];
  /** Whether browsers allow passkeys at the address of this page. */
  readonly isPossible: boolean;
  /** The address at which they would: "http://localhost:4000"; null when Baton has none. */
  readonly possibleAt: string | null;
}

export function PasskeysCard(props: {
  readonly passkeys: PasskeysView;
  readonly hasPassword: boolean;
  readonly email: string;
  readonly frame: PageFrame;
  readonly error: string | null;
}) {
  const { passkeys, hasPassword, email, frame, error } = props;
  return (
    <section class="card" id="passkeys" aria-labelledby="passkeys-title">
      <h2 id="passkeys-title">Passkeys</h2>
      <p class="muted">Sign in with your finger, face or device PIN instead of your password.</p>
      {passkeys.list.length > 0 && (
        <ul class="credentials">
          {passkeys.list.map((passkey) => (
            <li>
              <div>
                <strong>{passkey.name}</strong>
                <p class="meta">
                  <span>
                    Added <RelativeTime at={passkey.createdAt} now={frame.now} />
                  </span>
                  <span>
                    {passkey.lastUsedAt === null ? (
                      "Never used"
                    ) : (
                      <>
                        Last used <RelativeTime at={passkey.lastUsedAt} now={frame.now} />
                      </>
                    )}
                  </span>
                </p>
              </div>
              <form method="post" action={routes.accountPasskeyRemove(passkey.id)}>
                <CsrfField token={frame.csrf} />
                <button class="button small" type="submit">
                  Remove<span class="visually-hidden"> {passkey.name}</span>
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
      {passkeys.isPossible ? (
        <>
          <form
            class="fields with-script"
            method="post"
            action={routes.accountPasskeys()}
            data-passkey-options={routes.accountPasskeyOptions()}
          >
            <CsrfField token={frame.csrf} />
            <HiddenUsername email={email} />
            <p class="field">
              <label for="passkey-name">Name</label>
              <input id="passkey-name" name="name" required maxlength={60} placeholder="my laptop" autocomplete="off" />
            </p>
            {hasPassword && (
              <PasswordField label="Password" id="passkey-password" name="current" isNew={false} faultId={null} />
            )}
            <p class="field-error" role="alert" hidden={error === null}>
              {error}
            </p>
            <button class="button" type="submit">
              Add a passkey
            </button>
          </form>
          <p class="muted small without-script">Adding a passkey needs JavaScript.</p>
        </>
      ) : (
        <>
          <FieldError id="passkeys-error" message={error} />
          <p class="muted small">
            Browsers allow passkeys only over HTTPS and on localhost.{" "}
            {passkeys.possibleAt === null ? (
              "Give Baton an address with https:// to use them."
            ) : (
              <>
                Open <a href={passkeys.possibleAt + routes.account()}>{passkeys.possibleAt}</a> to add one.
              </>
            )}
          </p>
        </>
      )}
    </section>
  );
}
