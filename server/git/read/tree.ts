import type { Readable } from "node:stream";
import type { CommitSha } from "../../model/names/ids.ts";
import { type TreeEntry, type TreeLimits, TreeTooLarge } from "../../ports/git.ts";
import { GitFailed } from "../process/git-failed.ts";
import type { GitProcesses } from "../process/git-process.ts";
import type { ObjectReader } from "./object-reader.ts";
import { createTreeListing, maxRecordBytes, parseRecord, type TreeRecord, tooLarge } from "./tree-listing.ts";
import { entryIn } from "./tree-object.ts";

interface TreeRef {
  readonly repository: string;
  readonly commit: CommitSha;
}

/** See the Git port. Leaving the loop at a limit ends git. */
export async function listTree(
  processes: GitProcesses,
  { repository, commit }: TreeRef,
  limits: TreeLimits,
  signal: AbortSignal,
): Promise<readonly TreeEntry[]> {
  const args = ["ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit];
  await using git = processes.spawn({ repository, args }, signal);
  const listing = createTreeListing(limits);
  for await (const records of nulTerminated(git.stdout)) for (const record of records) listing.add(record);
  await git.succeeded();
  return listing.entries;
}

/** How large a folder may be to be read as an object; git searches a larger one faster than it is copied. */
const maxFolderBytes = 1024 * 1024;

/** See the Git port. */
export async function readFile(
  { reader, processes }: { readonly reader: ObjectReader; readonly processes: GitProcesses },
  place: TreeRef & { readonly path: string },
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer | null> {
  const { repository, commit, path } = place;
  // Refuses what no file can be called, and what git would read as another way to write the same path.
  if (path.includes("\0") || path.split("/").some((name) => name === "" || name === "." || name === "..")) return null;
  // A line end would end the request.
  const slash = path.lastIndexOf("/");
  const folder = path.includes("\n") ? null : `${commit}:${path.slice(0, Math.max(0, slash))}`;
  const tree = folder === null ? null : await reader.read(repository, folder, maxFolderBytes, signal);
  if (folder !== null && tree?.type !== "tree") return null;
  const isWhole = tree !== null && tree.content.length === tree.sizeBytes;
  const entry = isWhole
    ? entryIn(tree.content, path.slice(slash + 1), commit.length / 2)
    : await findEntry(processes, place, signal);
  if (entry === null || (entry.type !== "file" && entry.type !== "executable")) return null;
  const file = await reader.read(repository, entry.object, maxBytes, signal);
  if (file?.type !== "blob") throw new Error(`object ${entry.object} of ${path} is missing or no file`);
  if (file.sizeBytes > maxBytes) {
    throw new TreeTooLarge(`${path} has ${file.sizeBytes} bytes; Baton reads at most ${maxBytes} bytes of such a file`);
  }
  return file.content;
}

/** Resolves with null when the commit or the path does not exist. */
async function findEntry(
  processes: GitProcesses,
  { repository, commit, path }: TreeRef & { readonly path: string },
  signal: AbortSignal,
): Promise<TreeRecord | null> {
  const args = ["ls-tree", "-l", "-z", "--full-tree", commit, "--", path];
  await using git = processes.spawn({ repository, args }, signal);
  let found: TreeRecord | null = null;
  for await (const records of nulTerminated(git.stdout)) {
    found = records.map(parseRecord).find((entry) => entry.path === path) ?? found;
  }
  try {
    await git.succeeded();
  } catch (error) {
    if (error instanceof GitFailed && /not a tree object|not a valid object name/i.test(error.stderr)) return null;
    throw error;
  }
  return found;
}

/** Yields the records that are whole after each chunk. */
async function* nulTerminated(source: Readable): AsyncGenerator<readonly string[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(0);
    if (end >= 0) {
      yield Buffer.concat([rest, chunk.subarray(0, end)])
        .toString("utf8")
        .split("\0");
      rest = Buffer.alloc(0);
    }
    rest = Buffer.concat([rest, chunk.subarray(end + 1)]);
    if (rest.length > maxRecordBytes) tooLarge("a path that is too long");
  }
}
