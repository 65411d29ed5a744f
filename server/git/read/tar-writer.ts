import { endOfTar, padding, type TarHeader, tarHeader } from "./tar.ts";

/** Writes a tar piece by piece. */
export interface TarWriter {
  begin(header: TarHeader): void;
  content(bytes: Buffer): void;
  /** Ends the entry. Throws when its content is not as long as its header says. */
  end(): void;
  /** What has been written and not returned yet, in large pieces; the rest waits for more. */
  full(): readonly Buffer[];
  /** The rest, and the end of the tar. */
  finish(): readonly Buffer[];
}

/** Whoever reads thousands of small files gets them in pieces of this size. */
const pieceBytes = 64 * 1024;
/** Larger content is passed on as it is: a copy of everything would cost more than its pieces do. */
const maxCopiedBytes = 8 * 1024;

export function createTarWriter(): TarWriter {
  let pieces: Buffer[] = [];
  let piece = Buffer.allocUnsafe(pieceBytes);
  /** The part of the piece that waits for more is between these. */
  let begun = 0;
  let used = 0;
  let entry = { name: "", sizeBytes: 0, missing: 0 };

  function cut(): void {
    if (used > begun) pieces.push(piece.subarray(begun, used));
    begun = used;
    if (used < pieceBytes) return;
    piece = Buffer.allocUnsafe(pieceBytes);
    begun = 0;
    used = 0;
  }

  function write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const copied = bytes.copy(piece, used, at);
      at += copied;
      used += copied;
      if (used === pieceBytes) cut();
    }
  }

  function full(): readonly Buffer[] {
    const written = pieces;
    pieces = [];
    return written;
  }

  return {
    full,
    begin(header) {
      const { name, sizeBytes } = header;
      entry = { name, sizeBytes, missing: sizeBytes };
      write(tarHeader(header));
    },
    content(bytes) {
      entry.missing -= bytes.length;
      if (bytes.length <= maxCopiedBytes) return write(bytes);
      cut();
      pieces.push(bytes);
    },
    end() {
      const { name, sizeBytes, missing } = entry;
      if (missing !== 0) throw new Error(`the content of ${name} is not ${sizeBytes} bytes long`);
      write(padding(sizeBytes));
    },
    finish() {
      write(endOfTar);
      cut();
      return full();
    },
  };
}
