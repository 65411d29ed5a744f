import { createGunzip, createGzip } from "node:zlib";
import { extract, pack } from "tar-stream";

/**
 * An archive is a gzipped tar of small entries. What is streamed, and so has no size beforehand, is cut into entries
 * that end in `/0001`, `/0002` …; put together, they are the file: `cat database/products/*`.
 */
const pieceBytes = 4 * 1024 ** 2;
/** Level 1: bundles are compressed already, and rows shrink to nearly the same. */
const level = 1;

export interface ArchiveEntry {
  readonly name: string;
  readonly content: Buffer;
}

/** Each resolves when the archive has taken its content. */
export interface ArchiveWriter {
  file(name: string, content: string | Buffer): Promise<void>;
  stream(name: string, content: AsyncIterable<Buffer>): Promise<number>;
}

/** The bytes of an archive that `fill` writes. */
export async function* archived(fill: (archive: ArchiveWriter) => Promise<void>): AsyncGenerator<Buffer> {
  const tar = pack();
  const zipped = createGzip({ level });
  tar.on("error", (error) => zipped.destroy(error));
  const file = (name: string, content: string | Buffer) =>
    new Promise<void>((resolve, reject) => {
      const bytes = Buffer.from(content);
      tar.entry({ name, size: bytes.length, mode: 0o600 }, bytes, (error) => (error ? reject(error) : resolve()));
    });
  const filling = fill({
    file,
    async stream(name, content) {
      let number = 0;
      let total = 0;
      for await (const piece of inPieces(content)) {
        number++;
        total += piece.length;
        await file(`${name}/${String(number).padStart(4, "0")}`, piece);
      }
      return total;
    },
  }).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    yield* tar.pipe(zipped) as AsyncIterable<Buffer>;
    await filling;
  } finally {
    tar.destroy();
    zipped.destroy();
  }
}

async function* inPieces(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < pieceBytes) continue;
    yield Buffer.concat(held);
    [held, bytes] = [[], 0];
  }
  if (bytes > 0) yield Buffer.concat(held);
}

/** A file in an archive, whose pieces were put together. Its content must be read before the next one is asked for. */
export interface ArchivedFile {
  readonly name: string;
  readonly content: AsyncIterable<Buffer>;
}

/** The files of an archive in their order. Rejects with one sentence when it is no archive, or damaged. */
export async function* filesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<ArchivedFile> {
  const entries = entriesOf(bytes);
  let next = await entries.next();
  while (!next.done) {
    const name = fileOf(next.value.name);
    const content = async function* () {
      while (!next.done && fileOf(next.value.name) === name) {
        yield next.value.content;
        next = await entries.next();
      }
    };
    const reading = content();
    yield { name, content: reading };
    // Skips what the caller has not read.
    for await (const _ of reading);
  }
}

const fileOf = (entry: string) => entry.replace(/\/\d{4,}$/, "");

async function* entriesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<ArchiveEntry> {
  const zipped = createGunzip();
  const tar = extract();
  void (async () => {
    try {
      for await (const chunk of bytes) {
        if (zipped.destroyed) return;
        if (!zipped.write(chunk)) await new Promise((resolve) => zipped.once("drain", resolve).once("close", resolve));
      }
      zipped.end();
    } catch (error) {
      zipped.destroy(error as Error);
    }
  })();
  zipped.on("error", (error) => tar.destroy(error));
  zipped.pipe(tar);
  try {
    for await (const entry of tar) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
      yield { name: entry.header.name, content: Buffer.concat(chunks) };
    }
  } catch (cause) {
    throw new Error("This is not a backup of Baton, or it is damaged", { cause });
  } finally {
    zipped.destroy();
    tar.destroy();
  }
}
