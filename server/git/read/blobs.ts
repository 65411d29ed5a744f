/** What is done with the blobs of a `git cat-file --batch`, one after the other. */
export interface BlobSink {
  /** Called with the number of the object among those that were asked for. */
  begin(index: number, sizeBytes: number): void;
  content(bytes: Buffer): void;
  end(): void;
}

export interface BlobReader {
  /** Takes the next bytes of git's output. Throws when git gives no blob. */
  push(chunk: Buffer): void;
  /** Call it at the end of the output. Throws when there should be more. */
  end(): void;
}

const maxHeaderBytes = 256;
const lineEnd = 0x0a;

/** Cuts git's output into blobs: `<id> blob <size>`, a line end, the content, a line end. */
export function createBlobReader(objects: readonly string[], sink: BlobSink): BlobReader {
  let next = 0;
  let header: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  /** Of the blob that is being read, with its line end; null between two. */
  let missing: number | null = null;

  function begin(line: string): void {
    const object = objects[next];
    const [, type, size] = line.split(" ");
    if (object === undefined) throw new Error(`git gave more than it was asked for: "${line}"`);
    if (type !== "blob" || size === undefined) throw new Error(`object ${object} is not a file: git says "${line}"`);
    const sizeBytes = Number.parseInt(size, 10);
    sink.begin(next, sizeBytes);
    next += 1;
    missing = sizeBytes + 1;
  }

  /** Returns how much of the chunk belongs to the content. */
  function take(chunk: Buffer, left: number): number {
    const taken = Math.min(left, chunk.length);
    const content = chunk.subarray(0, Math.min(taken, left - 1));
    if (content.length > 0) sink.content(content);
    missing = left - taken;
    if (missing === 0) {
      missing = null;
      sink.end();
    }
    return taken;
  }

  return {
    push(chunk) {
      for (let rest = chunk; rest.length > 0; ) {
        if (missing !== null) {
          rest = rest.subarray(take(rest, missing));
          continue;
        }
        const end = rest.indexOf(lineEnd);
        header = Buffer.concat([header, end < 0 ? rest : rest.subarray(0, end)]);
        if (header.length > maxHeaderBytes) throw new Error("git's output is not what cat-file prints");
        if (end < 0) return;
        begin(header.toString());
        header = Buffer.alloc(0);
        rest = rest.subarray(end + 1);
      }
    },
    end() {
      if (missing !== null) throw new Error("git ended in the middle of a file");
      if (next < objects.length) throw new Error(`git ended before it gave object ${objects[next]}`);
    },
  };
}
