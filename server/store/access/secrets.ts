import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/**
 * The owner of a secret. It is authenticated with the ciphertext, so that a secret copied into another owner's row does
 * not open.
 */
export interface SecretOwner {
  readonly kind:
    | "variable"
    | "product variable"
    | "spec"
    | "key check"
    | "webhook secret"
    | "repository token"
    | "deploy key"
    | "totp secret";
  readonly id: string;
}

/** Encrypts secrets at rest with AES-256-GCM and a random nonce. */
export interface Secrets {
  seal(owner: SecretOwner, plaintext: string): Buffer;
  /** Throws CannotOpen when the text was sealed with another key or for another owner, or has been changed. */
  open(owner: SecretOwner, sealed: Buffer): string;
}

/** The message names the owner, never the value. */
export class CannotOpen extends Error {
  override readonly name = "CannotOpen";
}

export const keyBytes = 32;

// format (1) | key id (4) | nonce (12) | tag (16) | ciphertext
const format = 1;
const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes;
const overheadBytes = headerBytes + nonceBytes + tagBytes;

export function createSecrets(key: Buffer): Secrets {
  // Tells a wrong key from a damaged row, and leaves room for a second key when keys are rotated one day.
  const header = Buffer.concat([Buffer.of(format), keyIdOf(key)]);

  return {
    seal(owner, plaintext) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(authenticated(header, owner));
      const ciphertext = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
      return Buffer.concat([header, nonce, cipher.getAuthTag(), ciphertext]);
    },

    open(owner, sealed) {
      if (sealed.length < overheadBytes || !sealed.subarray(0, headerBytes).equals(header)) {
        throw new CannotOpen(`The secret of ${owner.kind} ${owner.id} was encrypted with another key`);
      }
      const nonce = sealed.subarray(headerBytes, headerBytes + nonceBytes);
      const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(authenticated(header, owner));
      decipher.setAuthTag(sealed.subarray(headerBytes + nonceBytes, overheadBytes));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(overheadBytes)), decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new CannotOpen(`The secret of ${owner.kind} ${owner.id} is damaged or belongs elsewhere`, { cause });
      }
    },
  };
}

const keyIdOf = (key: Buffer) =>
  createHash("sha256").update("baton key id\0").update(key).digest().subarray(0, keyIdBytes);

const authenticated = (header: Buffer, owner: SecretOwner) =>
  Buffer.concat([header, Buffer.from(`${owner.kind}\0${owner.id}`)]);
