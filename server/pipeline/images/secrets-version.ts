import { createHmac, randomBytes } from "node:crypto";

/** Known to nobody, and gone with this process: what is made with it says nothing about a secret that can be guessed. */
const key = randomBytes(32);

/** A text that is another one when a secret has changed, and after a restart of the server. */
export function secretsVersion(secrets: Readonly<Record<string, string>>): string {
  const content = JSON.stringify(Object.entries(secrets).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return createHmac("sha256", key).update(content).digest("hex").slice(0, 16);
}
