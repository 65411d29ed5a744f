import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import type { Clock } from "../ports/clock.ts";
import type { IdentityProvider, ProviderClaims, ProviderClient } from "../ports/people/identity-provider.ts";
import { explained } from "./explained.ts";

const requestTimeoutS = 10;
/** Providers change their metadata rarely, and mostly their keys, which have a cache of their own. */
const metadataKeptMs = 10 * 60_000;

export function createIdentityProvider({ clock }: { readonly clock: Pick<Clock, "monotonicMs"> }): IdentityProvider {
  const open = createConfigurations(clock);

  return {
    begin: (client, signal) =>
      explained(client.issuer, async () => {
        const configuration = await open(client, signal);
        const checks = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
        const url = buildAuthorizationUrl(configuration, {
          redirect_uri: client.redirectUrl,
          scope: "openid email profile",
          state: checks.state,
          nonce: checks.nonce,
          code_challenge: await calculatePKCECodeChallenge(checks.verifier),
          code_challenge_method: "S256",
        });
        return { url: url.href, checks };
      }),

    finish: (client, returned, checks, signal) =>
      explained(client.issuer, async () => {
        const configuration = await open(client, signal);
        const tokens = await authorizationCodeGrant(configuration, returned, {
          expectedState: checks.state,
          expectedNonce: checks.nonce,
          pkceCodeVerifier: checks.verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (!claims) throw new Error("the answer holds no ID token");
        const { iss, sub } = claims;
        // Some providers tell the address only on request.
        const facts = claims.email === undefined ? await askMore(configuration, tokens.access_token, sub) : claims;
        return { issuer: iss, subject: sub, ...person(facts) };
      }),
  };
}

function askMore(configuration: Configuration, accessToken: string, subject: string) {
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return {};
  return fetchUserInfo(configuration, accessToken, subject);
}

function person(claims: Readonly<Record<string, unknown>>): Omit<ProviderClaims, "issuer" | "subject"> {
  const { email, email_verified: isVerified, name } = claims;
  return {
    email: typeof email === "string" ? email : null,
    // Some providers write a boolean as a word.
    isEmailVerified: isVerified === true || isVerified === "true",
    name: typeof name === "string" ? name : null,
  };
}

/** Reads the metadata of a client's provider, and keeps that of the last client for a while. */
function createConfigurations(clock: Pick<Clock, "monotonicMs">) {
  let kept: { readonly key: string; readonly untilMs: number; readonly configuration: Configuration } | null = null;

  return async (client: ProviderClient, signal: AbortSignal): Promise<Configuration> => {
    const key = JSON.stringify(client);
    if (kept?.key === key && clock.monotonicMs() < kept.untilMs) return kept.configuration;
    const issuer = new URL(client.issuer);
    const isPlain = issuer.protocol === "http:";
    const found = await discovery(issuer, client.clientId, undefined, undefined, {
      [customFetch]: (url, options) => fetch(url, { ...options, signal: both(options.signal, signal) } as RequestInit),
      timeout: requestTimeoutS,
      ...(isPlain && { execute: [allowInsecureRequests] }),
    });
    const metadata = found.serverMetadata();
    // Basic is the method that every provider has to know, unless it lists others.
    const methods = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    const proof = methods.includes("client_secret_basic") ? ClientSecretBasic : ClientSecretPost;
    const configuration = new Configuration(metadata, client.clientId, undefined, proof(client.clientSecret));
    configuration.timeout = requestTimeoutS;
    if (isPlain) allowInsecureRequests(configuration);
    kept = { key, untilMs: clock.monotonicMs() + metadataKeptMs, configuration };
    return configuration;
  };
}

function both(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one ? AbortSignal.any([one, other]) : other;
}
