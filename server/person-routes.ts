import { call, form, json, open, openCall, openForm, page, route } from "./route.ts";

/** How people sign in, and what they sign in with. A part of routes.ts. */
export const personRoutes = {
  /** The second step of a sign-in with a password. */
  signInCode: route("/sign-in/code", { get: open(page), post: openForm("signed in") }),
  signInPasskeyOptions: route("/sign-in/passkey/options", { post: openCall("asked for a passkey") }),
  signInPasskey: route("/sign-in/passkey", { post: openCall("signed in") }),
  /** Leads to the identity provider. */
  signInProvider: route("/sign-in/provider", { get: open(page) }),
  /** GET is where the provider sends the browser back to; it sends the form that signs in. */
  signInProviderReturn: route("/sign-in/provider/return", { get: open(page), post: openForm("signed in") }),
  /** The page of a secret link, which works once. GET never uses it up. */
  join: route("/join/:secret", { get: open(page), post: openForm("joined") }),

  /** One's own account. */
  account: route("/account", { get: page("account") }),
  accountProfile: route("/account/profile", { post: form("account", "changed their profile") }),
  accountPassword: route("/account/password", { post: form("account", "changed their password") }),
  accountSecondFactor: route("/account/second-step", { post: form("account", "began to set up two-step sign-in") }),
  accountSecondFactorConfirm: route("/account/second-step/confirm", {
    post: form("account", "turned on two-step sign-in"),
  }),
  accountSecondFactorRemove: route("/account/second-step/remove", {
    post: form("account", "turned off two-step sign-in"),
  }),
  accountRecoveryCodes: route("/account/recovery-codes", { post: form("account", "made new recovery codes") }),
  accountPasskeyOptions: route("/account/passkeys/options", { post: call("account", "began to add a passkey") }),
  accountPasskeys: route("/account/passkeys", { post: call("account", "added a passkey") }),
  accountPasskeyRemove: route("/account/passkeys/:id{[0-9]+}/remove", { post: form("account", "removed a passkey") }),
  accountSessionEnd: route("/account/sessions/:id{[0-9]+}/end", { post: form("account", "ended a session of theirs") }),
  accountSessionsEndOthers: route("/account/sessions/end-others", {
    post: form("account", "signed out everywhere else"),
  }),
  /** How people sign in: the identity provider. */
  signInSettings: route("/system/sign-in", {
    get: page("administer"),
    post: form("administer", "changed the identity provider"),
  }),
  signInSettingsRemove: route("/system/sign-in/remove", { post: form("administer", "removed the identity provider") }),
  /** For people who cannot come in any more. */
  personResetLink: route("/people/:id{[0-9]+}/reset-link", { post: form("people", "made a password link for") }),
  personSecondFactorRemove: route("/people/:id{[0-9]+}/second-step/remove", {
    post: form("people", "turned off the two-step sign-in of"),
  }),
} as const;

export const personCalls = {
  tokens: route("/api/tokens", { get: json("tokens"), post: call("tokens", "created the token") }),
  users: route("/api/users", { get: json("people") }),
  invitations: route("/api/users/invitations", { post: call("people", "invited") }),
  user: route("/api/users/:id", {
    patch: call("people", "changed the rights of"),
    delete: call("people", "removed"),
  }),
  token: route("/api/tokens/:id", { delete: call("tokens", "revoked the token") }),
} as const;
