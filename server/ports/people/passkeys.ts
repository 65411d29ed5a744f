/**
 * The ceremonies of WebAuthn. A passkey stands for a password and a second factor at once, because the device verifies
 * its owner by PIN, finger or face each time.
 */
export interface Passkeys {
  /** What the browser needs to make a passkey: the argument of `navigator.credentials.create`, as JSON. */
  offerRegistration(site: PasskeySite, owner: PasskeyOwner): Promise<PasskeyOffer>;
  /** Resolves with null when the browser's answer does not belong to the offer. `answer` comes from outside. */
  acceptRegistration(site: PasskeySite, challenge: string, answer: unknown): Promise<PasskeyCredential | null>;
  /** What the browser needs to use a passkey of this site: the argument of `navigator.credentials.get`, as JSON. */
  offerSignIn(site: PasskeySite): Promise<PasskeyOffer>;
  /**
   * Checks an answer with the passkey that it names. Resolves with the new value of its signature counter; null when the
   * answer does not belong to the offer or the passkey, or the counter did not grow, as that of a copied device.
   */
  acceptSignIn(
    site: PasskeySite,
    challenge: string,
    answer: unknown,
    credential: PasskeyCredential,
  ): Promise<{ readonly counter: number } | null>;
}

/** The site that a passkey belongs to: a browser uses it at no other. */
export interface PasskeySite {
  /** The relying party's id: a host name without the port. */
  readonly host: string;
  readonly origin: string;
}

export interface PasskeyOwner {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  /** Ids of the passkeys that exist, so that a device makes no second one. */
  readonly existing: readonly string[];
}

export interface PasskeyOffer {
  readonly options: object;
  /** Random; the answer contains it, signed. Must be accepted once only. */
  readonly challenge: string;
}

export interface PasskeyCredential {
  /** The id that the device gave it, in base64url. */
  readonly id: string;
  /** In COSE. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** How often the device says that it has signed; 0 for those that do not count. */
  readonly counter: number;
}
