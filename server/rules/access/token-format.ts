import { crc32 } from "node:zlib";

// baton_<id>_<secret><checksum>, in letters and digits only, so that a double click selects all of it.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const prefix = "baton_";
export const tokenIdBytes = 6;
export const tokenSecretBytes = 32;
/** 62^9 > 2^48, 62^43 > 2^256 and 62^6 > 2^32. */
const idLength = 9;
const secretLength = 43;
const checksumLength = 6;

/** What secret scanners look for. The last six characters are the checksum of everything before them. */
export const tokenPattern = new RegExp(
  `^${prefix}[0-9A-Za-z]{${idLength}}_[0-9A-Za-z]{${secretLength + checksumLength}}$`,
);

/**
 * Writes a token. `id` tells tokens apart and is shown in lists; `secret` is what opens. Scanners recognise a token by
 * its prefix, and tell it from a look-alike by its checksum, without asking Baton.
 */
export function formatToken(id: Buffer, secret: Buffer): { readonly token: string; readonly hint: string } {
  const hint = prefix + base62(id, idLength);
  const body = `${hint}_${base62(secret, secretLength)}`;
  return { token: body + checksumOf(body), hint };
}

/** Whether a text has the form of a token that Baton made, checksum included. */
export function isTokenText(text: string): boolean {
  return tokenPattern.test(text) && text.slice(-checksumLength) === checksumOf(text.slice(0, -checksumLength));
}

/** The CRC-32 of the characters. */
function checksumOf(body: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return base62(bytes, checksumLength);
}

function base62(bytes: Buffer, length: number): string {
  let rest = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  for (; rest > 0n; rest /= 62n) text = alphabet.charAt(Number(rest % 62n)) + text;
  return text.padStart(length, "0");
}
