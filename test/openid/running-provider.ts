import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider, { type Configuration } from "oidc-provider";

/** What the provider says about the person who signs in at it. */
export interface ProviderPerson {
  readonly subject: string;
  readonly email?: string;
  readonly email_verified?: boolean | string;
  readonly name?: string;
}

export interface RunningProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Who signs in from now on, without being asked; null cancels. */
  person: ProviderPerson | null;
  /** Requests by path, such as "/token". */
  readonly asked: string[];
  /** Follows a browser's way through the provider, and returns the address that it sends the browser back to. */
  browse(url: string): Promise<URL>;
}

const signingKey = {
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  use: "sig",
};

export const providerClient = { clientId: "baton", clientSecret: "secret-of-baton-at-the-provider" };

/** A real OpenID Connect provider on loopback that knows one client and asks its people nothing. */
export async function runProvider(redirectUrl: string, changes: Configuration = {}): Promise<RunningProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked: string[] = [];
  const running: RunningProvider = {
    issuer,
    person: { subject: "ada", email: "ada@example.com", email_verified: true, name: "Ada Lovelace" },
    asked,
    browse: (url) => browse(url, redirectUrl),
    [Symbol.asyncDispose]: () => close(server),
  };
  const provider = createProvider(issuer, redirectUrl, running, changes);
  const answer = provider.callback();
  server.on("request", (request, response) => {
    const { pathname } = new URL(request.url ?? "/", issuer);
    asked.push(pathname);
    if (!pathname.startsWith("/interaction/")) return void answer(request, response);
    const { person } = running;
    const result = person
      ? { login: { accountId: person.subject }, consent: { grantId: "" } }
      : { error: "access_denied", error_description: "the person cancelled" };
    void (async () => {
      if ("consent" in result && person) {
        const grant = new provider.Grant({ accountId: person.subject, clientId: providerClient.clientId });
        grant.addOIDCScope("openid email profile");
        result.consent = { grantId: await grant.save() };
      }
      await provider.interactionFinished(request, response, result);
    })();
  });
  return running;
}

function createProvider(
  issuer: string,
  redirectUrl: string,
  running: { readonly person: ProviderPerson | null },
  changes: Configuration,
): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: providerClient.clientId,
        client_secret: providerClient.clientSecret,
        redirect_uris: [redirectUrl],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ["a key of the test"] },
    // Given only because the provider warns about what it would choose.
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
    jwks: { keys: [signingKey] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => {
        const { subject, ...facts } = running.person ?? { subject: id };
        return { sub: subject, ...facts };
      },
    }),
    ...changes,
  });
}

/** Keeps cookies and follows redirects, as a browser does, until it is sent back. */
async function browse(url: string, redirectUrl: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let at = new URL(url);
  for (let steps = 0; steps < 10; steps++) {
    if (at.href.startsWith(redirectUrl)) return at;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`${at.href} answered ${answer.status}: ${await answer.text()}`);
    at = new URL(location, at);
  }
  throw new Error("the provider redirects in a circle");
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
