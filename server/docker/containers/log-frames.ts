export interface LogFrame {
  readonly stream: "stdout" | "stderr";
  /** Whether this is the first piece of its frame; that piece holds at least 64 bytes, or the whole frame. */
  readonly first: boolean;
  readonly bytes: Buffer;
}

const headerBytes = 8;
const firstPieceBytes = 64;

/**
 * Splits the stream in which Docker multiplexes stdout and stderr: a byte for the stream, three zeros, the length as a
 * big-endian 32-bit number, then the payload. It never buffers a whole frame, because a frame may claim 4 GiB.
 */
export async function* readFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<LogFrame> {
  let held: Buffer = Buffer.alloc(0);
  let stream: LogFrame["stream"] = "stdout";
  let remaining = 0;
  let first = false;

  for await (const chunk of chunks) {
    let bytes = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
    for (;;) {
      if (remaining === 0) {
        if (bytes.length < headerBytes) break;
        stream = streamOf(bytes);
        remaining = bytes.readUInt32BE(4);
        first = true;
        bytes = bytes.subarray(headerBytes);
        continue;
      }
      if (bytes.length === 0 || (first && bytes.length < Math.min(remaining, firstPieceBytes))) break;
      const piece = bytes.subarray(0, remaining);
      yield { stream, first, bytes: piece };
      first = false;
      remaining -= piece.length;
      bytes = bytes.subarray(piece.length);
    }
    held = bytes;
  }
  if (remaining > 0 && held.length > 0) yield { stream, first, bytes: held };
}

function streamOf(header: Buffer): LogFrame["stream"] {
  const kind = header[0];
  if ((kind !== 1 && kind !== 2 && kind !== 0) || header.readUIntBE(1, 3) !== 0) {
    throw new Error("The container's log is not multiplexed; was it created with a terminal?");
  }
  return kind === 2 ? "stderr" : "stdout";
}
