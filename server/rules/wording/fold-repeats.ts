// biome-ignore lint/suspicious/noControlCharactersInRegex: matches colour codes between words
const colours = /\u001b\[[0-9;]*m/g;

/**
 * Parts that differ when a program prints the same again: times, durations, process ids, memory addresses, client
 * ports.
 */
const passing: readonly RegExp[] = [
  /\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?/g,
  /\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?/g,
  /\b\d\d:\d\d:\d\d(?:[.,]\d+)?/g,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b0x[0-9a-f]+\b/gi,
  /\b\d{10}(?:\d{3})?\b/g,
  /\b\d+(?:\.\d+)? ?(?:ms|µs|us|s)\b/g,
  /(?<=\bpid\W{0,3})\d+|(?<=\[)\d+(?=\])/gi,
  /(?<=\d\.\d{1,3}:)\d{4,5}\b/g,
];

function likeness(line: string): string {
  return passing.reduce((text, pattern) => text.replace(pattern, "#"), line.replace(colours, "").trimEnd());
}

/**
 * Folds repeated output: of lines that appear several times in a row, alone or as a block (such as a trace that each
 * restart prints), the last copy stays, followed by a line with the count.
 */
export function foldRepeats(lines: readonly string[]): readonly string[] {
  // Works backwards, because the beginning may be cut off in the middle of a block.
  const newestFirst = lines.toReversed();
  const keys = newestFirst.map(likeness);
  const kept: string[] = [];
  for (let at = 0; at < keys.length; ) {
    const { size, times } = longestRepeat(keys, at);
    kept.push(...(times > 1 ? [timesText(size, times)] : []), ...newestFirst.slice(at, at + size));
    at += size * times;
    if (times > 1 && isCutOff(keys, at, size)) break;
  }
  return kept.reverse();
}

interface Repeat {
  readonly size: number;
  readonly times: number;
}

/** The block starting here whose folding saves the most lines. */
function longestRepeat(keys: readonly string[], at: number): Repeat {
  let best: Repeat = { size: 1, times: 1 };
  for (let size = 1; at + 2 * size <= keys.length; size++) {
    let times = 1;
    while (isSame(keys, at, at + times * size, size)) times++;
    const isWorthIt = times > 1 && size * (times - 1) > Math.max(1, best.size * (best.times - 1));
    if (isWorthIt && keys.slice(at, at + size).some((key) => key !== "")) best = { size, times };
  }
  return best;
}

function isSame(keys: readonly string[], one: number, other: number, size: number): boolean {
  if (other + size > keys.length) return false;
  for (let offset = 0; offset < size; offset++) if (keys[one + offset] !== keys[other + offset]) return false;
  return true;
}

/** Whether the rest is a copy of the block with its beginning cut off. */
function isCutOff(keys: readonly string[], at: number, size: number): boolean {
  const left = keys.length - at;
  return left > 0 && left < size && isSame(keys, at - size, at, left);
}

function timesText(size: number, times: number): string {
  return size === 1 ? `(the line above, ${times} times)` : `(the ${size} lines above, ${times} times)`;
}
