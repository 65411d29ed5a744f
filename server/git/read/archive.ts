import { Readable } from "node:stream";
import type { CommitSha } from "../../model/names/ids.ts";
import type { ArchiveRequest, TreeEntry } from "../../ports/git.ts";
import type { GitProcesses } from "../process/git-process.ts";
import { createBlobReader } from "./blobs.ts";
import { readCommit } from "./commits.ts";
import type { ObjectReader } from "./object-reader.ts";
import { createTarWriter, type TarWriter } from "./tar-writer.ts";

const maxLinkBytes = 4_096;
/**
 * So much content is read ahead of whoever reads the archive. A larger archive gets a git process of its own, which
 * waits for its reader.
 */
const maxReadAheadBytes = 2 * 1024 * 1024;

/** So many pieces of at most 64 KiB are in memory when the archive's reader is slower than git. */
const bufferedPieces = 8;

export interface ArchiveSource {
  readonly processes: GitProcesses;
  readonly reader: ObjectReader;
  readonly repository: () => Promise<string>;
  /** All entries get its time. */
  readonly commit: CommitSha;
}

/**
 * See the Git port. It does not use `git archive`, which obeys attributes that the repository can set and cannot choose
 * entries. Nothing happens until the stream is read. Git runs only as fast as the stream is read, and ends with it.
 */
export function archive(source: ArchiveSource, request: ArchiveRequest, signal: AbortSignal): Readable {
  const abandoned = new AbortController();
  let running: Promise<void> | null = null;
  let goOn = () => {};

  async function write(): Promise<void> {
    try {
      for await (const pieces of tar(source, request, AbortSignal.any([signal, abandoned.signal]))) {
        // All of them fit into memory anyway, so only the last one's answer counts.
        const isFull = pieces.map((piece) => readable.push(piece)).at(-1) === false;
        if (isFull && !readable.destroyed) await untilRead();
        if (readable.destroyed) return;
      }
      readable.push(null);
    } catch (error) {
      if (!readable.destroyed) readable.destroy(signal.aborted ? signal.reason : (error as Error));
    }
  }

  const untilRead = () =>
    new Promise<void>((resolve) => {
      goOn = resolve;
    });

  const readable = new Readable({
    // Each piece is read as it is. A stream of bytes would copy all that wait into one.
    objectMode: true,
    highWaterMark: bufferedPieces,
    read() {
      running ??= write();
      goOn();
    },
    destroy(error, done) {
      abandoned.abort(error ?? new Error("nobody reads the archive any more"));
      goOn();
      void Promise.resolve(running).then(() => done(error));
    },
  });
  return readable;
}

/** Yields the pieces that are there at a time. */
async function* tar(
  { processes, reader, repository, commit }: ArchiveSource,
  { entries, stripPrefix, extraFiles, keepsLink = () => true }: ArchiveRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly Buffer[]> {
  const path = await repository();
  const mtime = (await readCommit(reader, path, commit, signal))?.at;
  if (mtime === undefined) throw new Error(`commit ${commit} is missing`);
  const writer = createTarWriter();
  for (const [name, content] of extraFiles) {
    const bytes = Buffer.from(content as string);
    writer.begin({ name, type: "file", mode: 0o644, sizeBytes: bytes.length, mtime });
    writer.content(bytes);
    writer.end();
    yield writer.full();
  }
  const files = chosen(entries, stripPrefix, extraFiles);
  const sink = createFileSink(writer, files, { mtime, keepsLink });
  const totalBytes = files.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  const write = totalBytes <= maxReadAheadBytes ? writeAhead(reader) : writeStreaming(processes);
  yield* write(path, files, { writer, sink }, signal);
  yield writer.finish();
}

interface Target {
  readonly writer: TarWriter;
  readonly sink: FileSink;
}

type Write = (
  repository: string,
  files: readonly ChosenFile[],
  target: Target,
  signal: AbortSignal,
) => AsyncGenerator<readonly Buffer[]>;

function writeAhead(reader: ObjectReader): Write {
  return async function* (repository, files, { writer, sink }, signal) {
    const blobs = files.map(({ entry }) => readAhead(reader, repository, entry, signal));
    // The first failure ends the loop below; the others would have no listener.
    for (const blob of blobs) blob.catch(() => {});
    for (const [index, blob] of blobs.entries()) {
      const content = await blob;
      sink.begin(index, content.length);
      sink.content(content);
      sink.end();
      yield writer.full();
    }
  };
}

async function readAhead(
  reader: ObjectReader,
  repository: string,
  { object, sizeBytes }: TreeEntry,
  signal: AbortSignal,
): Promise<Buffer> {
  const blob = await reader.read(repository, object, sizeBytes, signal);
  if (blob?.type !== "blob")
    throw new Error(`object ${object} is not a file: it is ${blob ? `a ${blob.type}` : "missing"}`);
  if (blob.sizeBytes !== sizeBytes) throw new Error(`object ${object} has ${blob.sizeBytes} bytes, not ${sizeBytes}`);
  return blob.content;
}

function writeStreaming(processes: GitProcesses): Write {
  return async function* (repository, files, { writer, sink }, signal) {
    const objects = files.map(({ entry }) => entry.object);
    const blobs = createBlobReader(objects, sink);
    // Git is told everything at once, so it need not send each answer on its own.
    await using git = processes.spawn({ repository, args: ["cat-file", "--batch", "--buffer"] }, signal);
    git.stdin.end(objects.map((object) => `${object}\n`).join(""));
    try {
      for await (const chunk of git.stdout as AsyncIterable<Buffer>) {
        blobs.push(chunk);
        const pieces = writer.full();
        if (pieces.length > 0) yield pieces;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
    signal.throwIfAborted();
    blobs.end();
    await git.succeeded();
  };
}

interface ChosenFile {
  readonly name: string;
  readonly entry: TreeEntry;
}

/** Chooses the entries of the archive. Submodules have no content here. */
function chosen(
  entries: readonly TreeEntry[],
  stripPrefix: string,
  extraFiles: ReadonlyMap<string, unknown>,
): readonly ChosenFile[] {
  const folder = stripPrefix === "" ? "" : `${stripPrefix}/`;
  return entries
    .filter((entry) => entry.type !== "submodule" && entry.path.startsWith(folder))
    .map((entry) => ({ name: entry.path.slice(folder.length), entry }))
    .filter(({ name }) => !extraFiles.has(name));
}

type FileSink = Parameters<typeof createBlobReader>[1];

/** Writes files as they come. The target of a symlink belongs into its header, so it is collected first. */
function createFileSink(
  writer: TarWriter,
  files: readonly ChosenFile[],
  { mtime, keepsLink }: { readonly mtime: Date } & Required<Pick<ArchiveRequest, "keepsLink">>,
): FileSink {
  let link: { readonly name: string; readonly parts: Buffer[] } | null = null;
  return {
    begin(index, sizeBytes) {
      const file = files[index];
      if (!file) throw new Error(`there is no file ${index}`);
      const { name, entry } = file;
      if (entry.type === "symlink") {
        if (sizeBytes > maxLinkBytes) throw new Error(`the target of the symlink ${name} has ${sizeBytes} bytes`);
        link = { name, parts: [] };
      } else {
        writer.begin({ name, type: "file", mode: entry.type === "executable" ? 0o755 : 0o644, sizeBytes, mtime });
      }
    },
    content(bytes) {
      if (link) link.parts.push(Buffer.from(bytes));
      else writer.content(bytes);
    },
    end() {
      if (link) {
        const { name, parts } = link;
        const linkname = Buffer.concat(parts).toString();
        link = null;
        if (!keepsLink(name, linkname)) return;
        writer.begin({ name, type: "symlink", mode: 0o777, sizeBytes: 0, mtime, linkname });
      }
      writer.end();
    },
  };
}
