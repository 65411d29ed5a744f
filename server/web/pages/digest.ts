import { createHash } from "node:crypto";

/** Hashes the facts and not the HTML, which changes as relative times advance. */
export function digestOf(facts: unknown): string {
  return createHash("sha256").update(JSON.stringify(facts)).digest("base64url").slice(0, 16);
}
