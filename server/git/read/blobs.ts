import type { GitProcess } from "../process/git-process.ts";
import { readExactly, readLine, readSome } from "../receive/stream-reader.ts";

/**
 * How many objects are requested at a time, as soon as so few are outstanding. Git is never idle, and the requests fit
 * into its pipe.
 */
const batchSize = 128;
const chunkBytes = 64 * 1024;
const maxHeaderBytes = 256;

/** The content of one object. Read it to the end by one of its two methods before asking for the next blob. */
export interface Blob {
  readonly sizeBytes: number;
  whole(): Promise<Buffer>;
  chunks(): AsyncIterable<Buffer>;
}

/** Yields the contents of objects in order, from one `git cat-file --batch`. */
export async function* readBlobs(git: GitProcess, objects: readonly string[]): AsyncGenerator<Blob> {
  let asked = 0;
  for (const [index, object] of objects.entries()) {
    if (asked < objects.length && asked - index <= batchSize) {
      const batch = objects.slice(asked, asked + batchSize);
      git.stdin.write(batch.map((id) => `${id}\n`).join(""));
      asked += batch.length;
    }
    const header = await readLine(git.stdout, maxHeaderBytes);
    const [, type, size] = header?.split(" ") ?? [];
    if (header === null) throw new Error(`git ended before it gave object ${object}`);
    if (type !== "blob" || size === undefined) throw new Error(`object ${object} is not a file: git says "${header}"`);
    yield blob(git, Number.parseInt(size, 10));
  }
  git.stdin.end();
}

/** A blob that is in memory already. */
export function wholeBlob(content: Buffer): Blob {
  return {
    sizeBytes: content.length,
    whole: async () => content,
    async *chunks() {
      yield content;
    },
  };
}

function blob({ stdout }: GitProcess, sizeBytes: number): Blob {
  const cutOff = () => new Error("git ended in the middle of a file");
  return {
    sizeBytes,
    async whole() {
      const content = await readExactly(stdout, sizeBytes + "\n".length);
      if (content === null) throw cutOff();
      return content.subarray(0, sizeBytes);
    },
    async *chunks() {
      for (let missing = sizeBytes; missing > 0; ) {
        const bytes = await readSome(stdout, Math.min(missing, chunkBytes));
        if (bytes === null) throw cutOff();
        missing -= bytes.length;
        yield bytes;
      }
      await readExactly(stdout, "\n".length);
    },
  };
}
