import { createCipheriv, createDecipheriv, randomBytes, randomInt, scrypt } from "node:crypto";
import { promisify } from "node:util";
import type { Identity, Recipient } from "age-encryption";
import { age } from "../age.ts";

/** The work of deriving a key from a passphrase, as the `age` tool has it: about a second, and 256 MB. */
const logN = 18;
const derivation = { N: 2 ** logN, r: 8, p: 1, maxmem: 300 * 1024 ** 2 };
const algorithm = "chacha20-poly1305";
const authTagLength = 16;
/** A file key is encrypted once with each key. */
const nonce = Buffer.alloc(12);
const derive = promisify<string, Buffer, number, typeof derivation, Buffer>(scrypt);

/** Encrypts with a passphrase, in the format of the `age` tool. */
export async function sealWithPassphrase(content: Buffer, passphrase: string): Promise<Buffer> {
  const { Encrypter } = await age();
  const encrypter = new Encrypter();
  encrypter.addRecipient(passphraseRecipient(passphrase));
  return Buffer.from(await encrypter.encrypt(new Uint8Array(content)));
}

/** The opposite. Resolves with null when the passphrase is another one. */
export async function openWithPassphrase(sealed: Buffer, passphrase: string): Promise<Buffer | null> {
  const { Decrypter } = await age();
  const decrypter = new Decrypter();
  decrypter.addIdentity(passphraseIdentity(passphrase));
  return decrypter.decrypt(new Uint8Array(sealed)).then(Buffer.from, () => null);
}

// The package derives the key in JavaScript: ten times as slow, and a server that is backed up would answer nobody.

function passphraseRecipient(passphrase: string): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const { Stanza } = await age();
      const salt = randomBytes(16);
      const cipher = createCipheriv(algorithm, await keyOf(passphrase, salt), nonce, { authTagLength });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      const plainSalt = salt.toString("base64").replace(/=+$/, "");
      return [new Stanza(["scrypt", plainSalt, String(logN)], new Uint8Array(body))];
    },
  };
}

/** Opens what was sealed here: the work of the `age` tool's own default. */
function passphraseIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey([stanza, ...others]) {
      const [kind, salt = "", work] = stanza?.args ?? [];
      if (!stanza || kind !== "scrypt" || work !== String(logN) || others.length > 0) return null;
      const body = Buffer.from(stanza.body);
      const key = await keyOf(passphrase, Buffer.from(salt, "base64"));
      const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength });
      decipher.setAuthTag(body.subarray(-authTagLength));
      try {
        return new Uint8Array(Buffer.concat([decipher.update(body.subarray(0, -authTagLength)), decipher.final()]));
      } catch {
        return null;
      }
    },
  };
}

function keyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  return derive(passphrase, Buffer.concat([Buffer.from("age-encryption.org/v1/scrypt"), salt]), 32, derivation);
}

/** Letters and digits that nobody confuses when a passphrase is read aloud or copied by hand. */
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
const groups = 6;
const groupLength = 4;

/** A passphrase of 118 bits, such as `h7kq-p2mz-…`. */
export function newPassphrase(): string {
  const letter = () => alphabet[randomInt(alphabet.length)];
  const group = () => Array.from({ length: groupLength }, letter).join("");
  return Array.from({ length: groups }, group).join("-");
}
