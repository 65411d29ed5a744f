import { createHmac, timingSafeEqual } from "node:crypto";
import type { Signature } from "../../ports/forge.ts";

/**
 * `X-Hub-Signature-256: sha256=<hex>` over the bytes as they came.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function verifySignature(header: string | null, body: Uint8Array, secret: string): Signature {
  const given = readSignature(header);
  if (typeof given === "string") return given;
  // Node makes a fine HMAC with an empty key, which everybody can make.
  if (secret === "") return "wrong";
  const expected = createHmac("sha256", secret).update(body).digest();
  return timingSafeEqual(given, expected) ? "genuine" : "wrong";
}

/** The bytes of the digest, where the header has the form of one. */
export function readSignature(header: string | null): Buffer | "missing" | "wrong" {
  if (header === null || header === "") return "missing";
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header)?.[1];
  return hex === undefined ? "wrong" : Buffer.from(hex, "hex");
}
