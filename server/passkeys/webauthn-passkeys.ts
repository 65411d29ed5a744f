import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Passkeys } from "../ports/people/passkeys.ts";

/** It takes 25 MB of memory, so it is loaded for the first passkey. */
const webauthn = () => import("@simplewebauthn/server");

/** How long the browser waits for its user. */
const timeout = 5 * 60_000;

export function createPasskeys(): Passkeys {
  return {
    async offerRegistration(site, { id, email, name, existing }) {
      const { generateRegistrationOptions } = await webauthn();
      const options = await generateRegistrationOptions({
        rpName: "Baton",
        rpID: site.host,
        userID: new TextEncoder().encode(`user ${id}`),
        userName: email,
        userDisplayName: name,
        timeout,
        attestationType: "none",
        excludeCredentials: existing.map((one) => ({ id: one })),
        // Without a resident key, a browser cannot find the passkey before it knows who signs in.
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      });
      return { options, challenge: options.challenge };
    },

    async acceptRegistration(site, challenge, answer) {
      const { verifyRegistrationResponse } = await webauthn();
      const outcome = await verifyRegistrationResponse({
        response: answer as RegistrationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.host,
        requireUserVerification: true,
      }).catch(() => null);
      if (!outcome?.verified) return null;
      const { id, publicKey, counter } = outcome.registrationInfo.credential;
      return { id, publicKey, counter };
    },

    async offerSignIn(site) {
      const { generateAuthenticationOptions } = await webauthn();
      const options = await generateAuthenticationOptions({ rpID: site.host, timeout, userVerification: "required" });
      return { options, challenge: options.challenge };
    },

    async acceptSignIn(site, challenge, answer, credential) {
      const { verifyAuthenticationResponse } = await webauthn();
      const outcome = await verifyAuthenticationResponse({
        response: answer as AuthenticationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.host,
        credential,
        requireUserVerification: true,
      }).catch(() => null);
      return outcome?.verified ? { counter: outcome.authenticationInfo.newCounter } : null;
    },
  };
}
