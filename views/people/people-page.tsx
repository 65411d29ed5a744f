import type { Role } from "../../server/model/access/role.ts";
import { roles } from "../../server/model/access/role.ts";
import { routes } from "../../server/routes.ts";
import { ConfirmPage } from "../frame/confirm-page.tsx";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { Badge } from "../ui/badge.tsx";
import { Copyable } from "../ui/copyable.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";
import { Fault, Notice } from "../ui/outcome.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { ProductChoice } from "./product-choice.tsx";
import { roleWords } from "./scope-words.ts";

export interface PeopleProps {
  readonly people: readonly PersonView[];
  readonly invitations: readonly InvitationView[];
  /** All slugs. */
  readonly products: readonly string[];
  /** The link of the invitation that was made, shown this once. */
  readonly invited: { readonly url: string; readonly expiresAt: Date } | null;
  readonly typed: InvitationForm;
  readonly error: string | null;
  readonly notice: string | null;
}

export interface InvitationForm {
  readonly email: string;
  readonly role: string;
  readonly products: readonly string[];
}

export interface PersonView {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: Role | null;
  readonly products: readonly string[] | null;
  readonly isDisabled: boolean;
  readonly hasSecondFactor: boolean;
  readonly lastSeenAt: Date | null;
  readonly isVisitor: boolean;
  /** Whether nobody else is an administrator, so that they must stay one. */
  readonly isOnlyAdministrator: boolean;
}

export interface InvitationView {
  readonly id: number;
  readonly email: string | null;
  readonly rights: string;
  readonly by: string;
  readonly expiresAt: Date;
}

export function PeoplePage({ frame, page }: { readonly frame: PageFrame; readonly page: PeopleProps }) {
  const { people, invitations, products, invited, error, notice } = page;
  return (
    <Layout frame={frame}>
      <h1>People</h1>
      <Notice text={notice} />
      <Fault text={error} />
      {invited && (
        <section class="card" aria-labelledby="invited-title">
          <h2 id="invited-title">Send this link</h2>
          <Copyable id="invitation-link" text={invited.url} label="the link" />
          <p class="muted small">
            It works once, until {invited.expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC, and is not shown
            again.
          </p>
        </section>
      )}
      <div class="stack">
        <section class="card" aria-labelledby="people-title">
          <h2 id="people-title">Who can sign in</h2>
          {people.length === 0 && <p class="muted">Nobody yet, except with a token.</p>}
          <ul class="rights-list">
            {people.map((person) => (
              <Person person={person} products={products} frame={frame} />
            ))}
          </ul>
        </section>
        {invitations.length > 0 && <Invitations invitations={invitations} csrf={frame.csrf} />}
        <Invite page={page} csrf={frame.csrf} />
      </div>
    </Layout>
  );
}

function Person(props: {
  readonly person: PersonView;
  readonly products: readonly string[];
  readonly frame: PageFrame;
}) {
  const { person, products, frame } = props;
  const { id, name, email, role, isDisabled, isVisitor, isOnlyAdministrator } = person;
  return (
    <li class="person">
      <div>
        <p>
          <strong>{name}</strong> {isVisitor && <span class="muted">(you)</span>}{" "}
          {isDisabled && <Badge tone="off" icon="square" text="Disabled" />}
        </p>
        <p class="meta">
          <span>{email}</span>
          <span>
            {role ?? "no role"}
            {person.products !== null && role !== null && ` of ${person.products.join(", ") || "nothing any more"}`}
          </span>
          {person.hasSecondFactor && <span>two-step sign-in</span>}
          <span>
            {isVisitor ? (
              "Here now"
            ) : person.lastSeenAt ? (
              <>
                Last seen <RelativeTime at={person.lastSeenAt} now={frame.now} />
              </>
            ) : (
              "Never seen"
            )}
          </span>
        </p>
        {isOnlyAdministrator ? (
          <p class="muted small">
            The only administrator. Make somebody else one before {isVisitor ? "you" : "they"} can be changed, disabled
            or removed.
          </p>
        ) : (
          <details class="choice">
            <summary>
              Change rights<span class="visually-hidden"> of {name}</span>
            </summary>
            <form class="rights-form" method="post" action={routes.person(id)}>
              <CsrfField token={frame.csrf} />
              <RoleField id={`role-${id}`} chosen={role ?? "viewer"} />
              <ProductChoice all={products} chosen={person.products} legend="Products" />
              <button class="button small" type="submit">
                Save
              </button>
            </form>
          </details>
        )}
      </div>
      <div class="actions">
        {!isDisabled && (
          <form method="post" action={routes.personResetLink(id)}>
            <CsrfField token={frame.csrf} />
            <button class="button small" type="submit">
              Password link<span class="visually-hidden"> for {name}</span>
            </button>
          </form>
        )}
        {person.hasSecondFactor && (
          <form method="post" action={routes.personSecondFactorRemove(id)}>
            <CsrfField token={frame.csrf} />
            <button class="button small" type="submit">
              Turn off two-step sign-in<span class="visually-hidden"> of {name}</span>
            </button>
          </form>
        )}
        {!isOnlyAdministrator && (
          <>
            <form method="post" action={isDisabled ? routes.personEnable(id) : routes.personDisable(id)}>
              <CsrfField token={frame.csrf} />
              <button class="button small" type="submit">
                {isDisabled ? "Enable" : "Disable"}
                <span class="visually-hidden"> {name}</span>
              </button>
            </form>
            <a class="button small" href={routes.personRemove(id)}>
              Remove<span class="visually-hidden"> {name}</span>
            </a>
          </>
        )}
      </div>
    </li>
  );
}

function RoleField({ id, chosen }: { readonly id: string; readonly chosen: string }) {
  return (
    <p class="field">
      <label for={id}>Role</label>
      <select id={id} name="role">
        {roles.map((role) => (
          <option value={role} selected={role === chosen}>
            {role}: {roleWords[role]}
          </option>
        ))}
      </select>
    </p>
  );
}

function Invitations(props: { readonly invitations: readonly InvitationView[]; readonly csrf: string | null }) {
  return (
    <section class="card" aria-labelledby="invitations-title">
      <h2 id="invitations-title">Open invitations</h2>
      <ul class="rights-list">
        {props.invitations.map(({ id, email, rights, by, expiresAt }) => (
          <li>
            <div>
              <p>
                <strong>{email ?? "Whoever has the link"}</strong>
              </p>
              <p class="meta">
                <span>{rights}</span>
                <span>invited by {by}</span>
                <span>until {expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC</span>
              </p>
            </div>
            <form method="post" action={routes.invitationWithdraw(id)}>
              <CsrfField token={props.csrf} />
              <button class="button small" type="submit">
                Withdraw<span class="visually-hidden"> the invitation of {email ?? "whoever has the link"}</span>
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Invite({ page, csrf }: { readonly page: PeopleProps; readonly csrf: string | null }) {
  const { typed, products } = page;
  return (
    <section class="card" aria-labelledby="invite-title">
      <h2 id="invite-title">Invite somebody</h2>
      <form class="rights-form" method="post" action={routes.peopleInvite()}>
        <CsrfField token={csrf} />
        <div class="fields">
          <TextField name="email" label="E-mail (optional)" value={typed.email} width="grow" maxlength={254} />
          <RoleField id="role" chosen={typed.role} />
        </div>
        <ProductChoice all={products} chosen={typed.products.length === 0 ? null : typed.products} legend="Products" />
        <button class="button primary" type="submit">
          Make a link
        </button>
        <p class="muted small">Baton sends no mail: you get a link to pass on, which works once and for 72 hours.</p>
      </form>
    </section>
  );
}

export function RemovePersonPage(props: { readonly frame: PageFrame; readonly id: number; readonly name: string }) {
  const { frame, id, name } = props;
  return (
    <ConfirmPage
      frame={frame}
      title={`Remove ${name}?`}
      action={routes.personRemove(id)}
      yes={`Remove ${name}`}
      isDangerous
      no={{ text: "Keep", url: routes.people() }}
    >
      <ul class="consequences">
        <li>They are signed out everywhere, and their tokens stop working at once.</li>
        <li>What they did stays in the activity log under their name.</li>
      </ul>
    </ConfirmPage>
  );
}
