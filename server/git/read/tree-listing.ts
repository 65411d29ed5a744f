import { type TreeEntry, type TreeLimits, TreeTooLarge } from "../../ports/git.ts";

const maxPathBytes = 4_096;
/** Names are held in memory, so this bounds their average length. */
const averagePathBytes = 256;

/** The largest output of `ls-tree -z` for one entry, without its NUL. Longer ones are not worth collecting. */
export const maxRecordBytes = 64 + maxPathBytes;

export interface TreeListing {
  readonly entries: readonly TreeEntry[];
  /**
   * Adds one record of `ls-tree -r -t -l -z`; a folder comes before its entries. Throws TreeTooLarge, and an error for
   * a malformed tree.
   */
  add(record: string): void;
}

/**
 * Collects the entries of a tree within limits. Folders count as entries: a small pack can hold a tree of nothing but
 * folders that takes years to walk. A file that occurs several times counts each time, as it will when the tree is
 * written out. A malformed tree can name a link and a folder alike: written out, its files would go where the link
 * leads.
 */
export function createTreeListing(limits: TreeLimits): TreeListing {
  const entries: TreeEntry[] = [];
  const folders = new Set([""]);
  const paths = new Set<string>();
  let count = 0;
  let totalBytes = 0;
  let pathBytes = 0;

  return {
    entries,
    add(record) {
      const entry = parseRecord(record);
      count += 1;
      if (count > limits.maxEntries) tooLarge(`more than ${limits.maxEntries} files and folders`);
      pathBytes += Buffer.byteLength(entry.path);
      if (pathBytes > limits.maxEntries * averagePathBytes) tooLarge("names that are too long in total");
      if (paths.has(entry.path)) malformed("a path twice", entry.path);
      if (!folders.has(folderOf(entry.path))) malformed("a path below something that is not a folder", entry.path);
      paths.add(entry.path);
      if (entry.type === null) folders.add(entry.path);
      if (entry.type === null) return;

      const { type, path, object, sizeBytes } = entry;
      if (sizeBytes > limits.maxFileBytes) tooLarge(`a file of more than ${size(limits.maxFileBytes)}: ${path}`);
      totalBytes += sizeBytes;
      if (totalBytes > limits.maxTotalBytes) tooLarge(`more than ${size(limits.maxTotalBytes)} of files`);
      entries.push({ path, type, object, sizeBytes });
    },
  };
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export interface TreeRecord {
  readonly path: string;
  /** Null means a folder. */
  readonly type: TreeEntry["type"] | null;
  readonly object: string;
  readonly sizeBytes: number;
}

const facts = /^(\d+) +[a-z]+ +([0-9a-f]+) +([-\d]+)\t/;
/** One of its names is empty, "." or "..", or git's own. */
const leadsOutside = /(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)/i;

/** Parses `<mode> <type> <object> <size>\t<path>`; the size is "-" where there is none. */
export function parseRecord(record: string): TreeRecord {
  const tab = record.indexOf("\t");
  const path = record.slice(tab + 1);
  const [, mode = "", object = "", size = ""] = facts.exec(record) ?? [];
  const type = typeOf(Number.parseInt(mode, 8));
  if (type === undefined || path === "" || !/^(?:-|\d+)$/.test(size))
    throw new Error(`not a line of git ls-tree: ${JSON.stringify(record.slice(0, 200))}`);
  if (Buffer.byteLength(path) > maxPathBytes) tooLarge(`a path of more than ${maxPathBytes} bytes`);
  // Git refuses such trees when they are pushed or fetched, but an older Baton may have fetched one unchecked.
  if (leadsOutside.test(path)) {
    malformed("a path that leads outside it", path);
  }
  return { path, type, object, sizeBytes: size === "-" ? 0 : Number.parseInt(size, 10) };
}

/** Reads a mode as git does: the kind, and of the permissions only whether the owner may execute the file. */
export function typeOf(mode: number): TreeRecord["type"] | undefined {
  const kind = mode & 0o170000;
  if (kind === 0o040000) return null;
  if (kind === 0o120000) return "symlink";
  if (kind === 0o160000) return "submodule";
  if (kind === 0o100000) return (mode & 0o100) === 0 ? "file" : "executable";
  return undefined;
}

function malformed(what: string, path: string): never {
  throw new Error(`the tree holds ${what}: ${JSON.stringify(path.slice(0, 200))}`);
}

export function tooLarge(what: string): never {
  throw new TreeTooLarge(`the repository has ${what}`);
}

function size(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024;
  return mebibytes >= 1 ? `${Number(mebibytes.toFixed(1))} MiB` : `${bytes} bytes`;
}
