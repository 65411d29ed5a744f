import type { HtmlEscapedString } from "hono/utils/html";
import { AccountPage, type AccountProps } from "../../../../views/account/account-page.tsx";
import type { SessionId, UserId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { deviceName } from "../../../rules/sign-in/device-name.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { notFound } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { personChangeText } from "../../read/people.ts";
import { explainBusy } from "../../sign-in/person-sign-in.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { passkeyAddressFor, passkeySiteOf } from "../sign-in/passkey-site.ts";
import { requireUser } from "./require-user.ts";

/** One's own account: name, password, and where one is signed in. */
export function createAccountPages(needs: PageNeeds) {
  const { endpoints, commands, auth, store, clock } = needs;
  const render = createAccountPage(needs);

  return endpoints
    .router()
    .on(routes.account.get, async (c) => {
      const id = requireUser(c);
      return c.html(await render(c, id, { notice: notices[c.req.query("done") ?? ""] ?? null }));
    })

    .on(routes.accountProfile.post, async (c) => {
      const id = requireUser(c);
      const form = await readForm(c);
      const wanted = { name: form.get("name") ?? "", email: form.get("email") ?? "" };
      const before = await store.users.get(id);
      const outcome = await commands
        .changeProfile(id, { ...wanted, current: form.get("current") ?? "" })
        .catch(explainBusy);
      if (outcome.type === "changed") {
        if (before) noteDetail(c, await personChangeText(store, before));
        return done(c, "profile");
      }
      return c.html(await render(c, id, { ...wanted, error: { form: "profile", message: outcome.message } }), 400);
    })

    .on(routes.accountPassword.post, async (c) => {
      const id = requireUser(c);
      const form = await readForm(c);
      const [current, password] = [form.get("current") ?? "", form.get("password") ?? ""];
      const before = await store.access.listSessions(id, clock.now());
      const own = before.find((session) => session.id === visitorOf(c).identity.sessionId);
      const outcome = await commands.changePassword(id, { current, password }).catch(explainBusy);
      if (outcome.type === "refused") {
        return c.html(await render(c, id, { error: { form: "password", message: outcome.message } }), 400);
      }
      // All sessions have ended. Whoever changed the password goes on with a new one.
      await auth.openSession(c, { user: id }, own?.secondFactorAt ?? null);
      return done(c, "password");
    })

    .on(routes.accountSessionEnd.post, async (c) => {
      const isEnded = await commands.endSession(requireUser(c), Number(c.req.param("id")) as SessionId);
      if (!isEnded) throw notFound("such session of yours");
      return done(c, "session");
    })

    .on(routes.accountSessionsEndOthers.post, async (c) => {
      const id = requireUser(c);
      const { sessionId } = visitorOf(c).identity;
      if (sessionId === null) throw notFound("session to keep");
      await commands.endOtherSessions(id, sessionId);
      return done(c, "sessions");
    });
}

export function done(c: WebContext, what: keyof typeof notices): Response {
  return c.redirect(`${routes.account()}?done=${what}`, 303);
}

const notices: Readonly<Record<string, string>> = {
  profile: "Saved.",
  password: "Your password is changed. You are signed out everywhere else.",
  session: "Signed out there.",
  sessions: "You are signed out everywhere else.",
  "second-step": "Two-step sign-in is off.",
  "passkey-added": "The passkey is added: you can sign in with it from now on.",
  "passkey-removed": "The passkey is removed. Delete it on your device, too.",
};

type Changes = Partial<Pick<AccountProps, "name" | "email" | "notice" | "error">>;

/** Renders the account page for every form that leads back to it. */
export function createAccountPage(needs: PageNeeds) {
  const { store, clock } = needs;

  return async (
    c: WebContext,
    id: UserId,
    changes: Changes,
  ): Promise<HtmlEscapedString | Promise<HtmlEscapedString>> => {
    const [user, passkeys, recoveryCodesLeft, sessions, provider] = await Promise.all([
      store.users.get(id),
      store.users.passkeys(id),
      store.users.unusedRecoveryCodes(id),
      store.access.listSessions(id, clock.now()),
      store.provider.get(),
    ]);
    if (!user) throw notFound("such account any more");
    const { sessionId } = visitorOf(c).identity;
    const page: AccountProps = {
      name: user.name,
      email: user.email,
      hasPassword: user.hasPassword,
      secondFactor: { isOn: user.hasTotp, recoveryCodesLeft },
      passkeys: {
        list: passkeys,
        isPossible: passkeySiteOf(c, needs) !== null,
        possibleAt: passkeyAddressFor(c, needs),
      },
      sessions: sessions.map((session) => ({
        ...session,
        device: deviceName(session.device),
        isThis: session.id === sessionId,
      })),
      connectedWith: user.hasOidc ? (provider?.label ?? "an identity provider") : null,
      ...{ notice: null, error: null, ...changes },
    };
    return AccountPage({ frame: frameOf(c, needs, { title: "Your account" }), page });
  };
}
