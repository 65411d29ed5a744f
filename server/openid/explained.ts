import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from "openid-client";
import { ProviderProblem } from "../ports/people/identity-provider.ts";

/** Turns what goes wrong with a provider into a sentence for the person who signs in. */
export async function explained<T>(issuer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ProviderProblem(`${hostOf(issuer)} ${reason(error)}`, { cause: error });
  }
}

function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).host : issuer;
}

function reason(error: unknown): string {
  if (error instanceof AuthorizationResponseError) {
    return error.error === "access_denied" ? "did not let you in" : `answered "${error.error}"`;
  }
  if (error instanceof ResponseBodyError) {
    if (error.error === "invalid_client") return "does not know this client id and secret";
    return `refused the sign-in with "${error.error}"`;
  }
  if (error instanceof WWWAuthenticateChallengeError) return "does not know this client id and secret";
  if (!(error instanceof Error)) return "cannot be asked";
  const network = networkReason(error);
  if (network !== null) return network;
  if (error instanceof ClientError) return protocolReason(error);
  return "gave an answer that cannot be used";
}

/** What the libraries' codes mean for people. */
const codes: Readonly<Record<string, string>> = {
  OAUTH_TIMEOUT: "did not answer in time",
  OAUTH_RESPONSE_IS_NOT_CONFORM: "answered, but not as an OpenID Connect provider does: check the issuer",
  OAUTH_RESPONSE_IS_NOT_JSON: "answered, but not as an OpenID Connect provider does: check the issuer",
  OAUTH_PARSE_ERROR: "answered, but not as an OpenID Connect provider does: check the issuer",
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: "says that it is another issuer: copy the issuer exactly as it writes it",
  OAUTH_HTTP_REQUEST_FORBIDDEN: "wants a connection without https, which is refused",
};

function protocolReason(error: ClientError): string {
  const code = error.code ?? "";
  return codes[code] ?? "answered with something that does not belong to this sign-in: start again";
}

function networkReason(error: Error): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = (at as NodeJS.ErrnoException).code;
    if (at.name === "TimeoutError") return "did not answer in time";
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "has a name that cannot be found: check the issuer";
    if (code === "ECONNREFUSED") return "cannot be reached: the connection was refused";
    if (code === "ECONNRESET" || code === "UND_ERR_SOCKET") return "broke the connection off";
    if (code?.startsWith("UND_ERR_") || code === "ETIMEDOUT" || code === "EHOSTUNREACH") return "cannot be reached";
    if (code?.includes("CERT") || code?.includes("SELF_SIGNED")) return "has a certificate that is not trusted";
  }
  return null;
}
