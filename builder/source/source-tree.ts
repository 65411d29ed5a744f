import { PlanProblem, type SourceFile, type SourceTree } from "../plan/plan.ts";

/** The properties of a Git tree's entry that the source tree needs. */
export interface ListedEntry {
  readonly path: string;
  readonly type: "file" | "executable" | "symlink" | "submodule";
  readonly sizeBytes: number;
}

/**
 * Limits on the files that are read. Manifests and Dockerfiles are far smaller than 1 MiB, and lockfiles of the largest
 * repositories are smaller than 16 MiB.
 */
const maxReadMebibytes = 1;
const maxLockfileMebibytes = 16;
const lockfile = /(?:^|[/.-])lock\.(?:ya?ml|json)$|\.lock$/;

/**
 * Returns a repository as the builder sees it. `readFile` is called once for each path, and only for files that exist.
 */
export function sourceTree(
  entries: readonly ListedEntry[],
  readFile: (path: string) => Promise<Buffer | null>,
): SourceTree {
  const files = new Map<string, SourceFile>();
  for (const { path, type, sizeBytes } of entries) {
    if (type === "file" || type === "executable") files.set(path, { sizeBytes, executable: type === "executable" });
  }

  const texts = new Map<string, Promise<string | null>>();
  async function readText(path: string): Promise<string | null> {
    const file = files.get(path);
    if (!file) return null;
    const limit = lockfile.test(path) ? maxLockfileMebibytes : maxReadMebibytes;
    if (file.sizeBytes > limit * 1024 * 1024) {
      throw new PlanProblem(`${path} is larger than ${limit} MiB, the limit for such a file`);
    }
    const bytes = await readFile(path);
    return bytes === null ? null : textOf(path, bytes);
  }

  return {
    files,
    read(path) {
      const text = texts.get(path) ?? readText(path);
      texts.set(path, text);
      return text;
    },
  };
}

/** Files that Docker and npm read themselves. Neither understands UTF-16. */
const readByOthers = /(?:^|\/)(?:package\.json|Containerfile|Dockerfile|dockerfile)$/;

/**
 * Decodes a file. Windows still writes byte order marks, which no parser here expects, and PowerShell's `>` writes
 * UTF-16.
 */
function textOf(path: string, bytes: Buffer): string {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  if (mark !== 0xfffe && mark !== 0xfeff) return bytes.toString("utf8").replace(/^\uFEFF/, "");
  if (readByOthers.test(path)) {
    throw new PlanProblem(
      `${path} is saved as UTF-16, which the tools that read it do not understand`,
      "Save it as UTF-8.",
    );
  }
  const even = bytes.subarray(2, bytes.length - (bytes.length % 2));
  return (mark === 0xfffe ? even : Buffer.from(even).swap16()).toString("utf16le");
}

/** Returns a folder of the tree as a tree of its own. The empty string means the whole tree. */
export function subtree(tree: SourceTree, folder: string): SourceTree {
  if (folder === "") return tree;
  const prefix = `${folder}/`;
  const files = new Map<string, SourceFile>();
  for (const [path, file] of tree.files) {
    if (path.startsWith(prefix)) files.set(path.slice(prefix.length), file);
  }
  return { files, read: (path) => tree.read(prefix + path) };
}

/** Returns the first of these paths that exists. */
export function firstOf(tree: SourceTree, paths: readonly string[]): string | null {
  return paths.find((path) => tree.files.has(path)) ?? null;
}
