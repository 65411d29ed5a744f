/**
 * How much of one deployment's log is kept, in characters. Its head and tail are kept, because people need the first
 * error and the last.
 */
export interface LogLimits {
  readonly lineChars: number;
  readonly headChars: number;
  readonly tailChars: number;
}

export const defaultLogLimits: LogLimits = { lineChars: 8_192, headChars: 2_000_000, tailChars: 500_000 };

/**
 * Decides line by line what to keep of a flood of output. `take` returns what may be written now. When the head is
 * full, lines wait in a bounded tail; `rest` returns it at the end, after a line that says what was left out.
 */
export function createLogCap(limits: LogLimits = defaultLogLimits) {
  let headChars = 0;
  let tailChars = 0;
  let tail: string[] = [];
  let droppedLines = 0;
  let droppedChars = 0;

  return {
    take(line: string): string | null {
      const kept = shorten(clean(line), limits.lineChars);
      if (headChars + kept.length <= limits.headChars && tail.length === 0) {
        headChars += kept.length + 1;
        return kept;
      }
      tail.push(kept);
      tailChars += kept.length + 1;
      if (tailChars > 2 * limits.tailChars) dropTo(limits.tailChars);
      return null;
    },
    rest(): readonly string[] {
      dropTo(limits.tailChars);
      const lines = tail;
      const note =
        droppedLines > 0
          ? [
              `[${droppedLines} lines, ${(droppedChars / 1_000_000).toFixed(1)} MB, were left out here: the log has reached its size limit]`,
            ]
          : [];
      headChars = 0;
      tail = [];
      tailChars = 0;
      droppedLines = 0;
      droppedChars = 0;
      return [...note, ...lines];
    },
  };

  function dropTo(chars: number): void {
    let first = 0;
    while (tailChars > chars && first < tail.length) {
      const length = (tail[first]?.length ?? 0) + 1;
      tailChars -= length;
      droppedChars += length;
      droppedLines += 1;
      first += 1;
    }
    tail = tail.slice(first);
  }
}

function shorten(line: string, limit: number): string {
  return line.length <= limit ? line : `${line.slice(0, limit)} [… ${line.length - limit} more characters]`;
}

/**
 * Postgres stores neither NUL nor an unpaired surrogate. A carriage return redraws a line, so only the last part
 * counts.
 */
function clean(line: string): string {
  const withoutNul = line.replaceAll("\0", "").toWellFormed();
  const lastDraw = withoutNul.replace(/\r+$/, "").lastIndexOf("\r");
  return lastDraw === -1 ? withoutNul.replace(/\r+$/, "") : withoutNul.replace(/\r+$/, "").slice(lastDraw + 1);
}
