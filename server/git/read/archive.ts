import { Readable, type Writable } from "node:stream";
import { type Header, type Pack, pack } from "tar-stream";
import type { CommitSha } from "../../model/names/ids.ts";
import type { ArchiveRequest, TreeEntry } from "../../ports/git.ts";
import type { GitProcesses } from "../process/git-process.ts";
import { type Blob, readBlobs, wholeBlob } from "./blobs.ts";
import { readCommit } from "./commits.ts";
import type { ObjectReader } from "./object-reader.ts";

type EntryHeader = Partial<Header> & Pick<Header, "name">;

const maxLinkBytes = 4_096;
/** Larger files are streamed in pieces. */
const maxWholeBytes = 64 * 1024;

/**
 * So much content is read ahead of whoever reads the archive. A larger archive gets a git process of its own, which
 * waits for its reader.
 */
const maxReadAheadBytes = 2 * 1024 * 1024;

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
  return Readable.from(tar(source, request, signal), { objectMode: false });
}

async function* tar(source: ArchiveSource, request: ArchiveRequest, signal: AbortSignal): AsyncGenerator<Buffer> {
  const abandoned = new AbortController();
  const tarball = pack();
  tarball.on("error", () => {});
  const writing = write(tarball, source, request, AbortSignal.any([signal, abandoned.signal])).then(
    () => tarball.finalize(),
    (error: Error) => {
      tarball.destroy(error);
    },
  );
  try {
    yield* tarball as AsyncIterable<Buffer>;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    abandoned.abort();
    tarball.destroy();
    await writing;
  }
}

async function write(
  tarball: Pack,
  { processes, reader, repository, commit }: ArchiveSource,
  { entries, stripPrefix, extraFiles, keepsLink = () => true }: ArchiveRequest,
  signal: AbortSignal,
): Promise<void> {
  const path = await repository();
  const time = (await readCommit(reader, path, commit, signal))?.at;
  if (time === undefined) throw new Error(`commit ${commit} is missing`);
  for (const [name, content] of extraFiles) {
    await addEntry(tarball, { name, mtime: time }, Buffer.from(content as string));
  }

  const files = chosen(entries, stripPrefix, extraFiles);
  if (files.reduce((sum, { entry }) => sum + entry.sizeBytes, 0) <= maxReadAheadBytes) {
    const blobs = files.map(({ entry }) => readAhead(reader, path, entry, signal));
    // The first failure ends the loop below; the others would have no listener.
    for (const blob of blobs) blob.catch(() => {});
    for (const [index, file] of files.entries()) {
      const blob = await blobs[index];
      if (blob) await addFile(tarball, file, time, blob, keepsLink);
    }
    return;
  }
  await using git = processes.spawn({ repository: path, args: ["cat-file", "--batch"] }, signal);
  const objects = files.map(({ entry }) => entry.object);
  let next = 0;
  for await (const blob of readBlobs(git, objects)) {
    const file = files[next++];
    if (file !== undefined) await addFile(tarball, file, time, blob, keepsLink);
  }
  await git.succeeded();
}

async function readAhead(
  reader: ObjectReader,
  repository: string,
  { object, sizeBytes }: TreeEntry,
  signal: AbortSignal,
): Promise<Blob> {
  const blob = await reader.read(repository, object, sizeBytes, signal);
  if (blob?.type !== "blob")
    throw new Error(`object ${object} is not a file: it is ${blob ? `a ${blob.type}` : "missing"}`);
  if (blob.sizeBytes !== sizeBytes) throw new Error(`object ${object} has ${blob.sizeBytes} bytes, not ${sizeBytes}`);
  return wholeBlob(blob.content);
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

async function addFile(
  tarball: Pack,
  { name, entry }: ChosenFile,
  mtime: Date,
  blob: Blob,
  keepsLink: NonNullable<ArchiveRequest["keepsLink"]>,
): Promise<void> {
  if (entry.type === "symlink") {
    if (blob.sizeBytes > maxLinkBytes) throw new Error(`the target of the symlink ${name} has ${blob.sizeBytes} bytes`);
    const linkname = (await blob.whole()).toString();
    if (!keepsLink(name, linkname)) return;
    return addEntry(tarball, { name, type: "symlink", linkname, mode: 0o777, mtime });
  }
  const header = { name, mode: entry.type === "executable" ? 0o755 : 0o644, mtime };
  if (blob.sizeBytes <= maxWholeBytes) return addEntry(tarball, header, await blob.whole());
  return streamEntry(tarball, { ...header, size: blob.sizeBytes }, blob.chunks());
}

/** Resolves when the entry is in the tarball, which accepts it only as fast as it is read itself. */
function addEntry(tarball: Pack, header: EntryHeader, content?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    const entry = content === undefined ? tarball.entry(header, done) : tarball.entry(header, content, done);
    entry.on("error", reject);
  });
}

function streamEntry(tarball: Pack, header: EntryHeader, chunks: AsyncIterable<Buffer>): Promise<void> {
  const source = Readable.from(chunks);
  return new Promise((resolve, reject) => {
    // Also called, with an error, when the tarball is destroyed.
    const entry = tarball.entry(header, (error) => {
      if (!error) return resolve();
      source.destroy();
      reject(error);
    });
    entry.on("error", reject);
    source.on("error", (error) => entry.destroy(error));
    source.pipe(entry as unknown as Writable);
  });
}
