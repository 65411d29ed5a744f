const maxLineBytes = 16 * 1024;

const newline = 0x0a;
const carriageReturn = 0x0d;

export interface LineSplitter {
  /** Returns the lines that these bytes complete. */
  push(bytes: Uint8Array): string[];
  /** Returns the line that was begun but never ended. */
  flush(): string[];
  /** True when nothing is held back, so that the next byte begins a line. */
  readonly atLineStart: boolean;
}

/**
 * Splits bytes into lines. It works on bytes up to the newline, so that a character that two chunks share stays whole.
 * It holds at most 16 KiB of a line, cuts the rest and reports how much that was. It drops NUL, which Postgres refuses.
 * A carriage return overwrites the text before it, as in a terminal, so only the last state of a progress bar is kept.
 */
export function createLineSplitter(maxBytes = maxLineBytes): LineSplitter {
  let line = Buffer.alloc(Math.min(maxBytes, 256));
  let length = 0;
  let cutBytes = 0;
  let returned = false;

  function append(bytes: Uint8Array): void {
    for (const [index, piece] of piecesBetweenReturns(bytes).entries()) {
      if (index > 0) returned = true;
      if (piece.length === 0) continue;
      if (returned) {
        length = 0;
        cutBytes = 0;
        returned = false;
      }
      const kept = Math.min(piece.length, maxBytes - length);
      if (length + kept > line.length) line = grow(line, Math.min(maxBytes, 2 * (length + kept)));
      line.set(piece.subarray(0, kept), length);
      length += kept;
      cutBytes += piece.length - kept;
    }
  }

  function take(): string {
    const end = cutBytes > 0 ? characterEnd(line, length) : length;
    const text = line.toString("utf8", 0, end).replaceAll("\0", "");
    const note = cutBytes > 0 ? ` … (line cut, ${cutBytes + length - end} bytes left out)` : "";
    length = 0;
    cutBytes = 0;
    returned = false;
    return text + note;
  }

  return {
    push(bytes) {
      const lines: string[] = [];
      let start = 0;
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
        append(bytes.subarray(start, end));
        lines.push(take());
        start = end + 1;
      }
      append(bytes.subarray(start));
      return lines;
    },
    flush: () => (length > 0 ? [take()] : []),
    get atLineStart() {
      return length === 0 && !returned;
    },
  };
}

function piecesBetweenReturns(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(carriageReturn); end >= 0; end = bytes.indexOf(carriageReturn, start)) {
    pieces.push(bytes.subarray(start, end));
    start = end + 1;
  }
  pieces.push(bytes.subarray(start));
  return pieces;
}

function grow(buffer: Buffer, size: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(size);
  buffer.copy(larger);
  return larger;
}

/**
 * Finds the end of the last whole UTF-8 character: steps back over continuation bytes (10xxxxxx) and their lead byte.
 */
function characterEnd(bytes: Uint8Array, length: number): number {
  let lead = length - 1;
  while (lead > 0 && length - lead < 4 && ((bytes[lead] ?? 0) & 0xc0) === 0x80) lead -= 1;
  const first = bytes[lead] ?? 0;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return lead + size > length ? lead : length;
}
