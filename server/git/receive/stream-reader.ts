import type { Readable } from "node:stream";

// Reads by length or by line from a byte stream and leaves the rest in it.

/** Reads at least one byte and at most `max`, as they arrive; null at the end. */
export async function readSome(source: Readable, max: number): Promise<Buffer | null> {
  for (;;) {
    const bytes: Buffer | null = source.read(Math.max(1, Math.min(max, source.readableLength)));
    if (bytes !== null) return bytes;
    if (!(await becomesReadable(source))) return null;
  }
}

/**
 * Reads exactly `length` bytes; null when the stream ends before the first of them. Rejects when it ends in between.
 */
export async function readExactly(source: Readable, length: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let missing = length;
  while (missing > 0) {
    const bytes = await readSome(source, missing);
    if (bytes === null && parts.length === 0) return null;
    if (bytes === null) throw new TruncatedStream(`${missing} of ${length} bytes are missing`);
    parts.push(bytes);
    missing -= bytes.length;
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

/** Reads a line without its end; null at the end of the stream. */
export async function readLine(source: Readable, maxBytes: number): Promise<string | null> {
  const parts: Buffer[] = [];
  for (let length = 0; length <= maxBytes; ) {
    const bytes = await readSome(source, Number.MAX_SAFE_INTEGER);
    if (bytes === null) return parts.length === 0 ? null : Buffer.concat(parts).toString();
    const end = bytes.indexOf("\n");
    if (end >= 0) {
      if (end + 1 < bytes.length) source.unshift(bytes.subarray(end + 1));
      return Buffer.concat([...parts, bytes.subarray(0, end)]).toString();
    }
    parts.push(bytes);
    length += bytes.length;
  }
  throw new TruncatedStream(`a line has more than ${maxBytes} bytes`);
}

export class TruncatedStream extends Error {
  override readonly name = "TruncatedStream";
}

/**
 * Waits for more data; resolves with false at the end. Rejects when the stream broke. Use it only while the stream's
 * buffer is empty: otherwise "readable" fires at once, again and again, and nothing else in the process runs.
 */
function becomesReadable(source: Readable): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (source.errored) return reject(source.errored);
    if (source.readableEnded) return resolve(false);
    if (source.destroyed) return reject(new TruncatedStream("the stream was closed before its end"));
    const events = {
      readable: () => settle(() => resolve(true)),
      end: () => settle(() => resolve(false)),
      error: (error: Error) => settle(() => reject(error)),
      close: () => settle(() => reject(new TruncatedStream("the stream was closed before its end"))),
    };
    const settle = (outcome: () => void) => {
      for (const [name, listener] of Object.entries(events)) source.off(name, listener);
      outcome();
    };
    for (const [name, listener] of Object.entries(events)) source.on(name, listener);
  });
}
