import { routes } from "../../server/routes.ts";
import { Copyable } from "../ui/copyable.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";

export interface AccessProps {
  readonly forge: string;
  readonly hasToken: boolean;
  /** Null if no key was generated. */
  readonly deployKey: string | null;
  readonly hostKey: string | null;
}

/** Shows how Baton authenticates: with a token over HTTPS, with a key over SSH. */
export function AccessCard(props: {
  readonly slug: string;
  readonly access: AccessProps;
  readonly csrf: string | null;
}) {
  const { slug, access, csrf } = props;
  const { forge, hasToken, deployKey, hostKey } = access;
  return (
    <section class="card" id="access">
      <h2>Access</h2>
      <h3>Token</h3>
      <p class="muted">
        For a private https:// URL, and for reporting deployments to {forge}. It can't be viewed after saving.
      </p>
      <form class="variable-form" method="post" action={routes.productToken(slug)}>
        <CsrfField token={csrf} />
        <p class="field grow">
          <label for="token">{hasToken ? "A token is set. Replace it with" : "Token"}</label>
          <input id="token" name="token" type="password" maxlength={500} autocomplete="off" spellcheck={false} />
        </p>
        <button class="button" type="submit">
          Set
        </button>
        {hasToken && (
          <button class="link" type="submit" name="remove" value="1">
            Remove the token
          </button>
        )}
      </form>
      <h3>Deploy key</h3>
      <p class="muted">For an ssh:// URL. Add it to the repository's deploy keys; read-only access is enough.</p>
      {deployKey !== null && <Copyable id="deploy-key" text={deployKey} label="deploy key" />}
      <form method="post" action={routes.productDeployKey(slug)}>
        <CsrfField token={csrf} />
        <button class="button" type="submit">
          {deployKey === null ? "Generate deploy key" : "Generate a new deploy key"}
        </button>
      </form>
      {hostKey !== null && (
        <form method="post" action={routes.productHostKey(slug)}>
          <CsrfField token={csrf} />
          <p class="muted">
            Host key: <code>{hostKey}</code>.{" "}
            <button class="link" type="submit">
              Remove
            </button>
          </p>
        </form>
      )}
    </section>
  );
}
