import { createHash } from "node:crypto";

/** Of the facts and not of the HTML, in which times go by. */
export function digestOf(facts: unknown): string {
  return createHash("sha256").update(JSON.stringify(facts)).digest("base64url").slice(0, 16);
}
