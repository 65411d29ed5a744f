import { createHmac, timingSafeEqual } from "node:crypto";
import type { Signature } from "../../ports/forge.ts";

/**
 * Verifies `X-Hub-Signature-256: sha256=<hex>` over the raw bytes.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function verifySignature(header: string | null, body: Uint8Array, secret: string): Signature {
  const given = readSignature(header);
  if (typeof given === "string") return given;
  // Node computes an HMAC with an empty key without complaint, and so can everybody.
  if (secret === "") return "wrong";
  const expected = createHmac("sha256", secret).update(body).digest();
  return timingSafeEqual(given, expected) ? "genuine" : "wrong";
}

/** The bytes of the digest if the header is well-formed. */
export function readSignature(header: string | null): Buffer | "missing" | "wrong" {
  if (header === null || header === "") return "missing";
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header)?.[1];
  return hex === undefined ? "wrong" : Buffer.from(hex, "hex");
}
