import { randomInt } from "node:crypto";
import { Decrypter, Encrypter } from "age-encryption";

/** Encrypts with a passphrase, in the format of the `age` tool. */
export async function sealWithPassphrase(content: Buffer, passphrase: string): Promise<Buffer> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return Buffer.from(await encrypter.encrypt(new Uint8Array(content)));
}

/** The opposite. Resolves with null when the passphrase is another one. */
export async function openWithPassphrase(sealed: Buffer, passphrase: string): Promise<Buffer | null> {
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
