import type { GitProcess, GitProcesses } from "../process/git-process.ts";
import { readExactly, readLine, readSome } from "../receive/stream-reader.ts";

export interface GitObject {
  readonly id: string;
  readonly type: "commit" | "tree" | "blob" | "tag";
  readonly sizeBytes: number;
  /** The beginning of its content, as much as was asked for. */
  readonly content: Buffer;
}

/** Git ended before it answered. */
export class BatchEnded extends Error {
  override readonly name = "BatchEnded";
  /** Whether Baton ended it, and not because of this request. */
  readonly isOnPurpose: boolean;
  constructor(isOnPurpose: boolean, options?: ErrorOptions) {
    super("git ended before it gave the object that it was asked for", options);
    this.isOnPurpose = isOnPurpose;
  }
}

/** One `git cat-file --batch`. */
export interface Batch {
  readonly hasEnded: boolean;
  /** Null when git knows no such object. Rejects with BatchEnded. */
  ask(name: string, maxBytes: number): Promise<GitObject | null>;
  end(): Promise<void>;
}

/** Git repeats the name of what it does not find. */
const maxHeaderBytes = 8_192;
/** The rest of an object that nobody wants is read up to this size; for a larger one, a new process is faster. */
const maxSkippedBytes = 1024 * 1024;

export function openBatch(processes: GitProcesses, repository: string): Batch {
  const git = processes.spawn({ repository, args: ["cat-file", "--batch"] }, new AbortController().signal);
  let last: Promise<unknown> = Promise.resolve();
  let ending: Promise<void> | null = null;

  const end = (): Promise<void> => {
    ending ??= Promise.resolve(git[Symbol.asyncDispose]());
    return ending;
  };

  async function answer(maxBytes: number): Promise<GitObject | null> {
    if (ending !== null) throw new BatchEnded(true);
    try {
      const { object, isWhole } = await readAnswer(git, maxBytes);
      if (!isWhole) void end();
      return object;
    } catch (cause) {
      if (ending !== null) throw new BatchEnded(true, { cause });
      // Git's own words say more than the end of its output.
      const words = await git.succeeded().catch((error: unknown) => error);
      await end();
      throw new BatchEnded(false, { cause: words ?? cause });
    }
  }

  return {
    get hasEnded() {
      return ending !== null;
    },
    ask(name, maxBytes) {
      if (/[\n\0]/.test(name)) throw new Error(`not the name of an object: ${JSON.stringify(name)}`);
      git.stdin.write(`${name}\n`);
      const mine = last.then(() => answer(maxBytes));
      last = mine.catch(() => {});
      return mine;
    },
    end,
  };
}

/** Reads `<id> <type> <size>`, the content and a line end; or `<name> missing`, or `<name> ambiguous`. */
async function readAnswer(
  { stdout }: GitProcess,
  maxBytes: number,
): Promise<{ readonly object: GitObject | null; readonly isWhole: boolean }> {
  const header = await readLine(stdout, maxHeaderBytes);
  if (header === null) throw new Error("git's output ended");
  const [, id = "", type, size] = /^([0-9a-f]{40,64}) (commit|tree|blob|tag) (\d+)$/.exec(header) ?? [];
  if (type === undefined || size === undefined) return { object: null, isWhole: true };
  const sizeBytes = Number.parseInt(size, 10);
  const content = (await readExactly(stdout, Math.min(sizeBytes, maxBytes))) ?? Buffer.alloc(0);
  const object = { id, type: type as GitObject["type"], sizeBytes, content };
  const restBytes = sizeBytes - content.length;
  if (restBytes > maxSkippedBytes) return { object, isWhole: false };
  for (let missing = restBytes + "\n".length; missing > 0; ) {
    const skipped = await readSome(stdout, missing);
    if (skipped === null) throw new Error("git's output ended in the middle of an object");
    missing -= skipped.length;
  }
  return { object, isWhole: true };
}
