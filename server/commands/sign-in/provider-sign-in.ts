import type { User } from "../../model/access/user.ts";
import { type ProviderChecks, ProviderProblem, type ProviderRequest } from "../../ports/people/identity-provider.ts";
import { admit } from "../../rules/sign-in/provider-admission.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** Longer than the requests to the provider together may take. */
const timeoutMs = 30_000;
const notSetUp = refused("not_found", "no identity provider is set up");

/** Where to send a browser whose user signs in at the identity provider. */
export async function beginProviderSignIn(
  { store: { provider }, identityProvider }: Uses<"store" | "identityProvider">,
  redirectUrl: string,
): Promise<ProviderRequest | Refused> {
  const client = await provider.client();
  if (!client) return notSetUp;
  return refusing(() => identityProvider.begin({ ...client, redirectUrl }, AbortSignal.timeout(timeoutMs)));
}

export interface ProviderReturn {
  readonly redirectUrl: string;
  /** The address that the browser came back to, with the provider's parameters. */
  readonly returned: URL;
  readonly checks: ProviderChecks;
}

/** Who came back from the identity provider. Connects the user with the provider, or makes one, on the first time. */
export async function finishProviderSignIn(
  adapters: Uses<"store" | "identityProvider" | "clock">,
  { redirectUrl, returned, checks }: ProviderReturn,
): Promise<{ readonly type: "right"; readonly user: User; readonly how: "known" | "linked" | "created" } | Refused> {
  const { store, identityProvider, clock } = adapters;
  const [client, settings] = await Promise.all([store.provider.client(), store.provider.get()]);
  if (!client || !settings) return notSetUp;
  const signal = AbortSignal.timeout(timeoutMs);
  const claims = await refusing(() => identityProvider.finish({ ...client, redirectUrl }, returned, checks, signal));
  if ("type" in claims) return claims;
  const { issuer, subject, email } = claims;
  const oidc = { issuer, subject };
  const [bySubject, byEmail] = await Promise.all([
    store.users.byOidc(oidc),
    email === null ? null : store.users.byEmail(email),
  ]);
  const admission = admit(claims, settings, { bySubject, byEmail });
  switch (admission.type) {
    case "refused":
      return refused("invalid", admission.message);
    case "sign-in":
      return { type: "right", user: admission.user, how: "known" };
    case "link":
      if ((await store.users.linkOidc(admission.user.id, oidc)) === "subject-taken") return takenMeanwhile;
      return { type: "right", user: admission.user, how: "linked" };
    case "create": {
      const grants = [{ role: admission.role, productId: null }];
      const user = await store.users.create(
        { ...{ name: admission.name, email: admission.email, grants, oidc }, passwordHash: null },
        clock.now(),
      );
      return user === "email-taken" ? takenMeanwhile : { type: "right", user, how: "created" };
    }
  }
}

const takenMeanwhile = refused("conflict", "somebody else signed in with the same account at the same time: try again");

async function refusing<T>(work: () => Promise<T>): Promise<T | Refused> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProviderProblem) return refused("invalid", error.message);
    throw error;
  }
}
