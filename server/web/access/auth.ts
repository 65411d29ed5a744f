import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { SessionOwner } from "../../model/access/session.ts";
import type { Endpoint } from "../../route.ts";
import { routes } from "../../routes.ts";
import { allows } from "../../rules/access/permissions.ts";
import type { WebAdapters } from "../adapters.ts";
import { Problem } from "../http/problem.ts";
import type { Visitor, WebContext, WebMiddleware } from "../http/web-context.ts";
import { credentialKey, type OpenStreams } from "../streams/open-streams.ts";
import { createCsrfKey, csrfTokenOf, requireCsrfToken, requireSameOrigin } from "./csrf.ts";
import { createFailedSignIns } from "./failed-sign-ins.ts";
import type { Origins } from "./origins.ts";
import { peerAddress, peerNetwork } from "./peer-address.ts";
import type { Rights } from "./rights.ts";
import { hasSameRights, holdsToken } from "./same-rights.ts";
import { type CheckedToken, createTokenCheck, maxTokenLength } from "./token-check.ts";
import type { UseStamps } from "./use-stamps.ts";

export interface Auth {
  /** Admits everybody who may use an endpoint. */
  guard(endpoint: Endpoint): WebMiddleware;
  /** The session's owner where no session is required, for the frame of an error page. */
  recognise(c: WebContext): Promise<Visitor | null>;
  /** Opens a session for a token. Throws a Problem (429) after too many failures. */
  signIn(c: WebContext, token: string): Promise<TokenSignIn>;
  /** Opens a session and sets its cookie. An earlier session of the same browser ends. */
  openSession(c: WebContext, owner: SessionOwner, secondFactorAt: Date | null): Promise<void>;
  signOut(c: WebContext): Promise<void>;
}

export type TokenSignIn = Exclude<CheckedToken, { readonly type: "wait" }>;

const wrongPerMinute = 10;
const sessionDays = 14;
const maxDeviceLength = 300;

type AuthNeeds = Pick<WebAdapters, "store" | "commands" | "clock" | "publicUrl"> & {
  readonly rights: Rights;
  readonly openStreams: OpenStreams;
  readonly stamps: UseStamps;
};

export function createAuth(needs: AuthNeeds, origins: Origins): Auth {
  const { commands, clock, rights } = needs;
  const { identify, bearer, session, closeSession } = createCredentials(needs, origins);

  async function requireVisitor(c: WebContext, endpoint: Endpoint): Promise<Visitor> {
    const visitor = (await bearer(c)) ?? (await session(c));
    if (!visitor) throw signInFirst(c, endpoint);
    if (visitor.csrf !== null && !["GET", "HEAD"].includes(c.req.method)) {
      requireSameOrigin(c, origins);
      await requireCsrfToken(c, visitor.csrf);
    }
    return visitor;
  }

  async function openSession(c: WebContext, owner: SessionOwner, secondFactorAt: Date | null): Promise<void> {
    await closeSession(c);
    const maxAge = sessionDays * 24 * 60 * 60;
    const secret = await commands.signIn({
      ...{ owner, secondFactorAt },
      expiresAt: new Date(clock.now().getTime() + maxAge * 1000),
      device: c.req.header("user-agent")?.slice(0, maxDeviceLength) ?? null,
      address: peerAddress(c, origins.https),
    });
    const { name, options } = cookieFor(origins);
    setCookie(c, name, secret, { ...options, maxAge });
  }

  return {
    guard: (endpoint) => async (c, next) => {
      if (endpoint.permission !== null) {
        const visitor = await requireVisitor(c, endpoint);
        // A product may hide its logs while somebody reads them.
        const isOpen = () =>
          rights.requireDeclared(c, endpoint).then(
            () => true,
            (error: unknown) => !(error instanceof Problem),
          );
        const add: Visitor["streams"]["add"] = (end) => visitor.streams.add(end, isOpen);
        c.set("visitor", endpoint.permission === "logs" ? { ...visitor, streams: { add } } : visitor);
        await rights.requireDeclared(c, endpoint);
      }
      await next();
    },

    recognise: session,

    async signIn(c, token) {
      requireSameOrigin(c, origins);
      const checked = await identify(c, token, "the dashboard");
      if (checked.type === "wrong") return checked;
      const { token: by } = checked.principal;
      if (!by || !allows(checked.principal, "enter", null)) {
        return { type: "wrong", why: `has no scope for the dashboard: it needs "read"`, wasValid: true };
      }
      await openSession(c, { token: by.id }, null);
      return checked;
    },

    openSession,

    async signOut(c) {
      await closeSession(c);
      const { name, options } = cookieFor(origins);
      deleteCookie(c, name, options);
    },
  };
}

/** Browsers silently drop a __Host- cookie on plain http outside loopback. */
function cookieFor({ trustworthy }: Origins) {
  const options = { path: "/", httpOnly: true, sameSite: "Lax", secure: trustworthy } as const;
  return { name: trustworthy ? "__Host-baton" : "baton", options };
}

/** Finds the owner of the token or session that a request carries. Streams that were opened with it end with it. */
function createCredentials(needs: AuthNeeds, origins: Origins) {
  const { store, commands, clock, openStreams, stamps } = needs;
  const csrfKey = createCsrfKey(commands.ensureCsrfKey);
  const identify = createTokenSignIn(needs, origins);

  function streamsOf(kind: "session" | "token", secret: string, holds: () => Promise<boolean>): Visitor["streams"] {
    return { add: (end, isOpen) => openStreams.add({ key: credentialKey(kind, secret), holds }, end, isOpen) };
  }

  function sessionSecret(c: WebContext): string | null {
    const secret = getCookie(c, cookieFor(origins).name);
    return secret && secret.length <= maxTokenLength ? secret : null;
  }

  return {
    identify,

    async bearer(c: WebContext): Promise<Visitor | null> {
      const header = c.req.header("authorization");
      if (header === undefined) return null;
      const token = /^Bearer ([\x21-\x7e]+)$/i.exec(header)?.[1];
      const checked = token === undefined ? malformed : await identify(c, token, "the API");
      if (checked.type === "right" && token !== undefined) {
        stamps.note(checked.principal, peerAddress(c, origins.https));
        const holds = () => holdsToken(needs, token, checked.principal);
        return { identity: checked.principal, via: "bearer", csrf: null, streams: streamsOf("token", token, holds) };
      }
      throw new Problem(401, "unauthorized", `this token ${checked.type === "wrong" ? checked.why : malformed.why}`, {
        headers: { "WWW-Authenticate": "Bearer" },
      });
    },

    async session(c: WebContext): Promise<Visitor | null> {
      const secret = sessionSecret(c);
      if (secret === null) return null;
      const ask = () => store.access.session(secret, clock.now());
      const identity = await ask();
      if (!identity) return null;
      stamps.note(identity, peerAddress(c, origins.https));
      const streams = streamsOf("session", secret, async () => hasSameRights(identity, await ask()));
      return { identity, via: "session", csrf: csrfTokenOf(await csrfKey(), secret), streams };
    },

    async closeSession(c: WebContext): Promise<void> {
      const secret = sessionSecret(c);
      if (secret === null) return;
      await commands.signOut(secret);
      openStreams.endAll(credentialKey("session", secret));
    },
  };
}

const malformed = { type: "wrong", why: "is not valid", wasValid: false } as const;

/** Identifies a token and counts failures. Throws a Problem (429) after too many from one network. */
function createTokenSignIn(needs: AuthNeeds, origins: Origins) {
  const { store, clock } = needs;
  const failures = createFailedSignIns(needs);
  const tokens = createTokenCheck({ access: store.access, clock, wrongPerMinute });

  return async (c: WebContext, token: string, how: string): Promise<TokenSignIn> => {
    const address = peerAddress(c, origins.https);
    const checked = await tokens.identify(peerNetwork(address), token);
    if (checked.type !== "right") await failures.record(address, how);
    if (checked.type !== "wait") return checked;
    const wait = checked.seconds;
    throw new Problem(429, "too_many_attempts", `too many wrong tokens from your address: try again in ${wait} s`, {
      headers: { "Retry-After": String(wait) },
    });
  };
}

/** Scripts and streams get a 401. A person who follows a link is redirected to the sign-in page and back. */
function signInFirst(c: WebContext, { method, answer }: Endpoint): Problem {
  if (method !== "GET" || answer !== "page") {
    return new Problem(401, "unauthorized", "sign in, or send a token: Authorization: Bearer <token>", {
      headers: { "WWW-Authenticate": "Bearer" },
    });
  }
  const { pathname, search } = new URL(c.req.url);
  const next = pathname === routes.home() ? "" : `?${new URLSearchParams({ next: pathname + search })}`;
  return new Problem(303, "sign_in", "sign in first", { headers: { Location: routes.signIn() + next } });
}
