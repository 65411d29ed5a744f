import { createHash } from "node:crypto";

/** Hashes the facts and not the HTML, which changes as relative times advance. */
export function digestOf(facts: unknown): string {
  return createHash("sha256").update(JSON.stringify(facts, withoutSpecs)).digest("base64url").slice(0, 16);
}

/** A version's spec never changes, and what is secret in it would have to be decrypted for this. */
function withoutSpecs(key: string, value: unknown): unknown {
  return key === "spec" ? undefined : value;
}
