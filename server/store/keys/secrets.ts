import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import type { Queries } from "../postgres/database.ts";

/**
 * The owner of a secret. It is authenticated with the ciphertext, so that a secret copied into another owner's row does
 * not open.
 */
export interface SecretOwner {
  readonly kind:
    | "variable"
    | "product variable"
    | "environment variable"
    | "spec"
    | "key check"
    | "webhook secret"
    | "repository token"
    | "deploy key"
    | "totp secret"
    | "client secret"
    | "backup place secret"
    | "backup identity";
  readonly id: string;
}

/** Encrypts a secret at rest. */
export type Seal = (owner: SecretOwner, plaintext: string) => Buffer;

export interface Opener {
  /** Throws CannotOpen when the text was sealed with an unknown key or for another owner, or has been changed. */
  open(owner: SecretOwner, sealed: Buffer): string;
}

/** Encrypts secrets at rest, and decrypts them while the key is being rotated, too. */
export interface Secrets extends Opener {
  /**
   * What is sealed with the result must be written in this transaction. Until it ends, the current key stays current;
   * so once a rotation has begun, no value is written with the old key.
   */
  sealing(tx: Queries): Promise<Seal>;
}

/** The message names the owner, never the value. */
export class CannotOpen extends Error {
  override readonly name = "CannotOpen";
}

/** One key. It seals with AES-256-GCM and a random nonce. */
export interface Key extends Opener {
  readonly id: string;
  readonly bytes: Buffer;
  readonly seal: Seal;
}

export const keyBytes = 32;

// format (1) | key id (4) | nonce (12) | tag (16) | ciphertext
const format = 1;
/** Where the id of its key is in a sealed secret, counted in bytes from 0. */
export const keyIdPlace = { at: 1, bytes: 4 } as const;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = keyIdPlace.at + keyIdPlace.bytes;
const overheadBytes = headerBytes + nonceBytes + tagBytes;

export function createKey(bytes: Buffer): Key {
  const id = createHash("sha256").update("baton key id\0").update(bytes).digest().subarray(0, keyIdPlace.bytes);
  const header = Buffer.concat([Buffer.of(format), id]);

  return {
    id: id.toString("hex"),
    bytes,

    seal(owner, plaintext) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", bytes, nonce, { authTagLength: tagBytes });
      cipher.setAAD(authenticated(header, owner));
      const ciphertext = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
      return Buffer.concat([header, nonce, cipher.getAuthTag(), ciphertext]);
    },

    open(owner, sealed) {
      if (sealed.length < overheadBytes || !sealed.subarray(0, headerBytes).equals(header)) throw foreignKey(owner);
      const nonce = sealed.subarray(headerBytes, headerBytes + nonceBytes);
      const decipher = createDecipheriv("aes-256-gcm", bytes, nonce, { authTagLength: tagBytes });
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

/** The id of the key that sealed this; null for what cannot be a sealed secret. */
export function keyIdIn(sealed: Buffer): string | null {
  return sealed.length < overheadBytes || sealed[0] !== format
    ? null
    : sealed.subarray(keyIdPlace.at, headerBytes).toString("hex");
}

export function foreignKey(owner: SecretOwner): CannotOpen {
  return new CannotOpen(`The secret of ${owner.kind} ${owner.id} was encrypted with another key`);
}

const authenticated = (header: Buffer, owner: SecretOwner) =>
  Buffer.concat([header, Buffer.from(`${owner.kind}\0${owner.id}`)]);
