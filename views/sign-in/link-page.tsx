import type { LinkKind } from "../../server/model/access/link.ts";
import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { Mark } from "../frame/mark.tsx";
import { EmailField, FieldError, HiddenUsername, NameField, PasswordField } from "../ui/form/person-fields.tsx";

export interface LinkProps {
  readonly kind: LinkKind;
  readonly secret: string;
  /** Who made the link. */
  readonly by: string;
  /** What the new user may do, as a phrase: "a deployer of shop"; null where the link makes no user. */
  readonly role: string | null;
  readonly typed: { readonly name: string; readonly email: string };
  readonly error: string | null;
}

const titles: Readonly<Record<LinkKind, string>> = {
  "first-administrator": "Set up Baton",
  invitation: "Join Baton",
  "password-reset": "Choose a new password",
  "sign-in": "Sign in",
};

/** The page of a secret link: it makes a user, or gives one a new password, and signs them in. */
export function LinkPage({ frame, page }: { readonly frame: PageFrame; readonly page: LinkProps }) {
  const { kind, secret, typed, error } = page;
  const makesUser = kind === "first-administrator" || kind === "invitation";
  const faultId = error === null ? null : "link-error";
  return (
    <Layout frame={frame}>
      <section class="sign-in card">
        <Mark />
        <h1>{titles[kind]}</h1>
        <p class="muted">{explanation(page)}</p>
        <form method="post" action={routes.join(secret)}>
          {makesUser ? (
            <>
              <NameField value={typed.name} autofocus faultId={faultId} />
              <EmailField value={typed.email} autocomplete="username" faultId={faultId} />
            </>
          ) : (
            <HiddenUsername email={typed.email} />
          )}
          <PasswordField label="Password" name="password" isNew autofocus={!makesUser} faultId={faultId} />
          <FieldError id="link-error" message={error} />
          <button class="button primary" type="submit">
            {makesUser ? "Create account" : "Save and sign in"}
          </button>
        </form>
      </section>
    </Layout>
  );
}

function explanation({ kind, by, role, typed }: LinkProps): string {
  switch (kind) {
    case "first-administrator":
      return "You are the first here. This makes you the administrator, who invites everybody else.";
    case "invitation":
      return `${by} invited you${role === null ? "" : ` as ${role}`}.`;
    case "password-reset":
      return `For ${typed.email}. You will be signed out everywhere else.`;
    case "sign-in":
      return `For ${typed.email}. Choose a new password; you will be signed out everywhere else.`;
  }
}

/** What a link that no longer works says. `administrators` is empty where the reader may not know them. */
export function LinkGonePage(props: {
  readonly frame: PageFrame;
  readonly reason: "unknown" | "used" | "expired" | "user-exists";
  readonly administrators: readonly string[];
}) {
  const { frame, reason, administrators } = props;
  const [title, text] = goneTexts[reason];
  return (
    <Layout frame={frame}>
      <section class="sign-in card">
        <Mark />
        <h1>{title}</h1>
        <p class="muted">
          {text} {whomToAsk(administrators)}
        </p>
        <a class="button" href={routes.signIn()}>
          Go to the sign-in page
        </a>
      </section>
    </Layout>
  );
}

const goneTexts = {
  unknown: ["This link doesn’t work", "Check that it was copied whole."],
  used: ["This link has been used", "Each link works once."],
  expired: ["This link has expired", "Links work for a limited time."],
  "user-exists": ["Baton is set up already", "Somebody else became the first administrator."],
} as const;

function whomToAsk(administrators: readonly string[]): string {
  if (administrators.length === 0) return "Ask an administrator of this server for a new one.";
  const last = administrators.at(-1) ?? "";
  const names = administrators.length === 1 ? last : `${administrators.slice(0, -1).join(", ")} or ${last}`;
  return `Ask ${names} for a new one.`;
}
