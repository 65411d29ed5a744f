/** A part of a text that is one of the forms searched for. */
export interface FormPlace {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

interface Form {
  readonly codes: Uint16Array;
  readonly name: string;
}

/** The number of characters that decide how far the search may jump. */
const blockChars = 3;
const tableSize = 1 << 16;

/**
 * Searches a text for thousands of forms at once, in upper and lower case alike, by the algorithm of Wu and Manber: a
 * table says for each three characters how far the next form can begin, so that most of a text is never looked at. A
 * regular expression of as many alternatives is ten times slower. Finds all forms, also those that overlap;
 * of several that begin at one place, the longest.
 */
export function createFinder(names: ReadonlyMap<string, string>): (text: string) => readonly FormPlace[] {
  const fold = caseFolding();
  const forms = [...names].map(([form, name]): Form => ({ codes: folded(form, fold), name }));
  const least = Math.min(...forms.map(({ codes }) => codes.length));
  if (forms.length === 0 || least < blockChars) return () => [];
  const jumps = new Uint8Array(tableSize).fill(Math.min(255, least - blockChars + 1));
  const endings = new Map<number, Form[]>();
  for (const form of forms.toSorted((a, b) => b.codes.length - a.codes.length)) {
    for (let end = blockChars; end <= least; end++) {
      const block = blockOf(form.codes[end - 3] ?? 0, form.codes[end - 2] ?? 0, form.codes[end - 1] ?? 0);
      jumps[block] = Math.min(jumps[block] ?? 0, least - end);
      if (end < least) continue;
      const ending = endings.get(block);
      if (ending) ending.push(form);
      else endings.set(block, [form]);
    }
  }

  return (text) => {
    const found: FormPlace[] = [];
    const code = (at: number) => fold[text.charCodeAt(at)] ?? 0;
    for (let last = least - 1; last < text.length; ) {
      const block = blockOf(code(last - 2), code(last - 1), code(last));
      const jump = jumps[block] ?? 0;
      if (jump === 0) {
        const from = last - least + 1;
        const form = endings.get(block)?.find(({ codes }) => isAt(text, from, codes, fold));
        if (form) found.push({ from, to: from + form.codes.length, name: form.name });
      }
      last += Math.max(1, jump);
    }
    return found;
  };
}

/**
 * The length of the longest beginning of a form at the end of a text, for a text that was cut off. Zero if it is
 * shorter than `leastChars`.
 */
export function beginningAtEnd(text: string, forms: Iterable<string>, leastChars: number): number {
  let longest = 0;
  for (const form of forms) {
    const lower = form.toLowerCase();
    const end = text.slice(-lower.length).toLowerCase();
    const start = lower.slice(0, leastChars);
    for (let at = end.indexOf(start); at !== -1 && end.length - at > longest; at = end.indexOf(start, at + 1)) {
      if (lower.startsWith(end.slice(at))) longest = end.length - at;
    }
  }
  return longest;
}

function isAt(text: string, from: number, codes: Uint16Array, fold: Uint16Array): boolean {
  if (from + codes.length > text.length) return false;
  for (let at = 0; at < codes.length; at++) if (fold[text.charCodeAt(from + at)] !== codes[at]) return false;
  return true;
}

function blockOf(first: number, second: number, third: number): number {
  return (first * 961 + second * 31 + third) & (tableSize - 1);
}

function folded(text: string, fold: Uint16Array): Uint16Array {
  // A loop, because `from` with a callback takes ten times as long for the forms of many secrets.
  const codes = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at++) codes[at] = fold[text.charCodeAt(at)] ?? 0;
  return codes;
}

let folding: Uint16Array | null = null;

/** The lower case of each UTF-16 unit, where that is one unit, so that places in a text stay what they are. */
function caseFolding(): Uint16Array {
  folding ??= Uint16Array.from({ length: 1 << 16 }, (_, unit) => {
    const lower = String.fromCharCode(unit).toLowerCase();
    return lower.length === 1 ? lower.charCodeAt(0) : unit;
  });
  return folding;
}
