import { Secret, TOTP } from "otpauth";

/** Authenticator apps know only these values of RFC 6238 reliably: SHA-1, six digits, thirty seconds. */
const parameters = { algorithm: "SHA1", digits: 6, period: 30 } as const;
/** How many steps a phone's clock may be wrong by, in either direction. */
const tolerance = 1;

/**
 * The step of time that a code belongs to; null if it is wrong, or not later than the step of the last code that was
 * accepted, since a code that somebody watched must not work again. `secret` is in base32.
 */
export function stepOfCode(
  secret: string,
  code: string,
  { now, lastStep }: { readonly now: Date; readonly lastStep: number | null },
): number | null {
  const token = code.replace(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return null;
  const timestamp = now.getTime();
  const totp = new TOTP({ ...parameters, secret: Secret.fromBase32(secret) });
  const delta = totp.validate({ token, timestamp, window: tolerance });
  if (delta === null) return null;
  const step = Math.floor(timestamp / 1000 / parameters.period) + delta;
  return lastStep !== null && step <= lastStep ? null : step;
}

/** What the QR code contains: `otpauth://totp/Baton…`. `server` tells one Baton from another in the app's list. */
export function enrolmentUri(secret: string, { email, server }: { readonly email: string; readonly server: string }) {
  return new TOTP({
    ...parameters,
    issuer: `Baton ${server}`,
    label: email,
    secret: Secret.fromBase32(secret),
  }).toString();
}

/** The secret of 160 random bits in base32, as RFC 4226 recommends. */
export function secretText(random: Uint8Array<ArrayBuffer>): string {
  return new Secret({ buffer: random.buffer.slice(random.byteOffset, random.byteOffset + random.byteLength) }).base32;
}

/** In groups of four, for those who type it. */
export function groupedSecret(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
