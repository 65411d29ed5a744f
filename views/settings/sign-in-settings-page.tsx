import { type Role, roles } from "../../server/model/access/role.ts";
import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { offers } from "../frame/offers.ts";
import { Copyable } from "../ui/copyable.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";
import { Fault, Notice } from "../ui/outcome.tsx";

export interface SignInSettingsProps {
  readonly typed: {
    readonly label: string;
    readonly issuer: string;
    readonly clientId: string;
    readonly domains: string;
    readonly role: Role | null;
  };
  /** Whether a provider is set up. Its secret is never shown. */
  readonly isSet: boolean;
  readonly redirectUrl: string;
  readonly error: string | null;
  readonly notice: string | null;
}

const line = { width: "whole", maxlength: 500 } as const;

export function SignInSettingsPage({ frame, page }: { readonly frame: PageFrame; readonly page: SignInSettingsProps }) {
  const { typed, isSet, redirectUrl, error, notice } = page;
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        {offers(frame, routes.system.get) && <a href={routes.system()}>System</a>}
        <span aria-current="page">Signing in</span>
      </p>
      <h1>Signing in</h1>
      <Notice text={notice} />
      <Fault text={error} />
      <section class="card" aria-labelledby="provider-title">
        <h2 id="provider-title">Identity provider</h2>
        <p class="muted">
          Let people sign in with OpenID Connect: Keycloak, Authentik, Google, Okta, GitLab and others. Register Baton
          there with this redirect URL:
        </p>
        <Copyable id="redirect-url" text={redirectUrl} label="the redirect URL" />
        <form class="fields provider-form" method="post" action={routes.signInSettings()}>
          <CsrfField token={frame.csrf} />
          <TextField
            {...line}
            name="label"
            label="Name on the sign-in page"
            value={typed.label}
            placeholder="Acme"
            required
          />
          <TextField
            {...line}
            name="issuer"
            label="Issuer"
            value={typed.issuer}
            placeholder="https://login.example.com"
            required
          />
          <TextField {...line} name="clientId" label="Client ID" value={typed.clientId} required />
          <p class="field whole">
            <label for="clientSecret">Client secret</label>
            <input
              id="clientSecret"
              name="clientSecret"
              type="password"
              autocomplete="off"
              maxlength={500}
              required={!isSet}
              placeholder={isSet ? "unchanged" : undefined}
            />
          </p>
          <TextField
            {...line}
            name="domains"
            label="Domains whose people get an account"
            value={typed.domains}
            placeholder="example.com, example.org"
          />
          <p class="field whole">
            <label for="role">Role of new people</label>
            <select id="role" name="role">
              <option value="">none: only those with an account come in</option>
              {roles.map((role) => (
                <option value={role} selected={role === typed.role}>
                  {role}
                </option>
              ))}
            </select>
          </p>
          <button class="button primary" type="submit">
            Save
          </button>
        </form>
        <p class="muted small">
          Somebody who has an account already is recognised by their e-mail address, if the provider has verified it,
          and from then on by the provider’s own name for them.
        </p>
      </section>
      {isSet && (
        <section class="card" aria-labelledby="remove-title">
          <h2 id="remove-title">Remove</h2>
          <p class="muted">People who have no password need a password link afterwards.</p>
          <form method="post" action={routes.signInSettingsRemove()}>
            <CsrfField token={frame.csrf} />
            <button class="button danger" type="submit">
              Remove the provider
            </button>
          </form>
        </section>
      )}
    </Layout>
  );
}
