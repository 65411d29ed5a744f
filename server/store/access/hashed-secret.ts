import { createHash, randomBytes } from "node:crypto";

/**
 * Secrets are 256 random bits (or a long token that the administrator chose), so one round of SHA-256 is enough, and
 * the timing of a look-up by hash reveals nothing to a guesser.
 */
export const sha256 = (secret: string) => createHash("sha256").update(secret, "utf8").digest();

const secretBytes = 32;
export const newSecret = () => randomBytes(secretBytes).toString("base64url");
