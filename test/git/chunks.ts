import { Readable } from "node:stream";

/** Cuts the bytes into chunks of these sizes, which repeat as needed. */
export function inChunks(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % Math.max(1, sizes.length)] ?? bytes.length;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** A stream of bytes that gives one chunk at a time. */
export function streamOf(chunks: readonly Buffer[]): Readable {
  return Readable.from(chunks, { objectMode: false, highWaterMark: 1 });
}
