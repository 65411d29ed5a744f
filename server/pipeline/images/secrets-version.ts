import { createHmac, randomBytes } from "node:crypto";

/**
 * Random and gone with this process, so that a digest made with it reveals nothing about a secret that can be guessed.
 */
const key = randomBytes(32);

/** A text that changes when a secret changes, and after a restart of the server. */
export function secretsVersion(secrets: Readonly<Record<string, string>>): string {
  const content = JSON.stringify(Object.entries(secrets).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return createHmac("sha256", key).update(content).digest("hex").slice(0, 16);
}
