import { createCipheriv, randomBytes, randomInt, scrypt } from "node:crypto";
import { promisify } from "node:util";
import type { Recipient } from "age-encryption";
import { age } from "../age.ts";

/** The work of deriving a key from a passphrase, as the `age` tool has it: about a second, and 256 MB. */
const logN = 18;
const derivation = { N: 2 ** logN, r: 8, p: 1, maxmem: 300 * 1024 ** 2 };
const derive = promisify<string, Buffer, number, typeof derivation, Buffer>(scrypt);

/** Encrypts with a passphrase, in the format of the `age` tool. */
export async function sealWithPassphrase(content: Buffer, passphrase: string): Promise<Buffer> {
  const { Encrypter } = await age();
  const encrypter = new Encrypter();
  encrypter.addRecipient(passphraseRecipient(passphrase));
  return Buffer.from(await encrypter.encrypt(new Uint8Array(content)));
}

/** The package derives the key in JavaScript, and a server that is backed up would answer nobody meanwhile. */
function passphraseRecipient(passphrase: string): Recipient {
  const label = "age-encryption.org/v1/scrypt";
  return {
    async wrapFileKey(fileKey) {
      const { Stanza } = await age();
      const salt = randomBytes(16);
      const key = await derive(passphrase, Buffer.concat([Buffer.from(label), salt]), 32, derivation);
      const cipher = createCipheriv("chacha20-poly1305", key, Buffer.alloc(12), { authTagLength: 16 });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      const plainSalt = salt.toString("base64").replace(/=+$/, "");
      return [new Stanza(["scrypt", plainSalt, String(logN)], new Uint8Array(body))];
    },
  };
}

/** The opposite. Resolves with null when the passphrase is another one. */
export async function openWithPassphrase(sealed: Buffer, passphrase: string): Promise<Buffer | null> {
  const { Decrypter } = await age();
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return decrypter.decrypt(new Uint8Array(sealed)).then(Buffer.from, () => null);
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
