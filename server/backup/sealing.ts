import { Readable } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import { age } from "./age.ts";

type Web = Parameters<typeof Readable.fromWeb>[0];

/** Text compresses nearly as well as at the default of 6, in a third of the time. */
const level = 3;

/** A key pair of the age format, whose files the `age` tool can open, too. */
export interface BackupKey {
  /** Seals; may be known. */
  readonly recipient: string;
  /** Opens. */
  readonly identity: string;
}

export async function makeBackupKey(): Promise<BackupKey> {
  const { generateX25519Identity, identityToRecipient } = await age();
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** Compresses, and encrypts for a recipient. Nothing but a few blocks is held in memory. */
export function sealed(content: AsyncIterable<Buffer>, recipient: string | null): AsyncIterable<Buffer> {
  const compressed = through(content, createGzip({ level }));
  return recipient === null ? compressed : encrypted(compressed, recipient);
}

/** The opposite of `sealed`. Rejects with one sentence when the identity does not open it. */
export function unsealed(stored: AsyncIterable<Buffer>, identity: string | null): AsyncIterable<Buffer> {
  return through(identity === null ? stored : decrypted(stored, identity), createGunzip());
}

/** Unlike with `pipe`, an error of the source is one of the result. */
async function* through(content: AsyncIterable<Buffer>, transform: NodeJS.ReadWriteStream & Readable) {
  const from = Readable.from(content, { objectMode: false });
  from.on("error", (error) => transform.destroy(error));
  try {
    yield* from.pipe(transform) as AsyncIterable<Buffer>;
  } finally {
    from.destroy();
    transform.destroy();
  }
}

async function* encrypted(content: AsyncIterable<Buffer>, recipient: string): AsyncGenerator<Buffer> {
  const { Encrypter } = await age();
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const stream = await encrypter.encrypt(webOf(content));
  yield* Readable.fromWeb(stream as Web) as AsyncIterable<Buffer>;
}

async function* decrypted(content: AsyncIterable<Buffer>, identity: string): AsyncGenerator<Buffer> {
  const { Decrypter } = await age();
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const stream = await decrypter.decrypt(webOf(content)).catch((cause: unknown) => {
    throw new Error("The file is encrypted for another key, or damaged", { cause });
  });
  yield* Readable.fromWeb(stream as Web) as AsyncIterable<Buffer>;
}

function webOf(content: AsyncIterable<Buffer>): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(content, { objectMode: false })) as ReadableStream<Uint8Array>;
}

/** Counts what passes. */
export async function* counted(
  content: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    onBytes(chunk.length);
    yield chunk;
  }
}
