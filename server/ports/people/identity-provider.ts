/** Signs people in at a provider that speaks OpenID Connect, with the authorization code flow, PKCE, state and nonce. */
export interface IdentityProvider {
  /** Where to send the browser, and what to check its return with. Rejects with ProviderProblem. */
  begin(client: ProviderClient, signal: AbortSignal): Promise<ProviderRequest>;
  /**
   * Reads what the provider says about whoever comes back. `returned` is the address that the browser was sent back to.
   * Rejects with ProviderProblem, also when the return does not belong to the request.
   */
  finish(client: ProviderClient, returned: URL, checks: ProviderChecks, signal: AbortSignal): Promise<ProviderClaims>;
}

/** How Baton is registered at the provider. */
export interface ProviderClient {
  /** Its metadata is at `<issuer>/.well-known/openid-configuration`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The provider sends browsers back to this URL of Baton. */
  readonly redirectUrl: string;
}

export interface ProviderRequest {
  readonly url: string;
  readonly checks: ProviderChecks;
}

/** Random values of one request. The browser that began it must bring them back. */
export interface ProviderChecks {
  readonly state: string;
  readonly nonce: string;
  /** PKCE's secret: who steals the code cannot redeem it. */
  readonly verifier: string;
}

export interface ProviderClaims {
  readonly issuer: string;
  /** Who it is at the provider. It never changes, unlike an e-mail address. */
  readonly subject: string;
  readonly email: string | null;
  /** Whether the provider says that the address belongs to this person. */
  readonly isEmailVerified: boolean;
  readonly name: string | null;
}

/** The provider cannot be used, or did not confirm the person. The message completes "Signing in failed: …". */
export class ProviderProblem extends Error {
  override readonly name = "ProviderProblem";
}
