import { beginningAtEnd, createFinder, type FormPlace } from "./find-forms.ts";
import { formsOf } from "./secret-forms.ts";
import { leastChars, secretsIn } from "./secrets-in-value.ts";
import { everyUnseen, hasUnseen, visibleText } from "./unseen-characters.ts";

/**
 * Replaces values of secret variables in text that is shown, because builds and containers may print them. A value
 * shows as `[hidden: NAME]` in any case, in base64, in hexadecimal, in URLs, inside JSON, HTML or a shell's quotes, and
 * with colour codes in it. Expects whole lines: whoever reads output in chunks puts its lines together first.
 */
export type Redact = (text: string) => string;

/** How a line ends that was too long to be read whole. */
const cutOff = / … \(line cut, \d+ bytes left out\)$/;
/** Fewer characters of a secret at the end of such a line say nothing. */
const leastBeginning = 4;

/** Accepts several sets, such as a version's variables and the current ones, so that a name can have several values. */
export function createRedact(...sets: readonly Readonly<Record<string, string>>[]): Redact {
  const names = new Map<string, string>();
  for (const [name, value] of sets.flatMap((variables) => Object.entries(variables))) {
    for (const secret of secretsIn(name, value)) {
      const forms = new Set([secret, visibleText(secret)].flatMap((text) => formsOf(text, leastChars)));
      for (const form of forms) if (!names.has(form)) names.set(form, name);
    }
  }
  if (names.size === 0) return (text) => text;
  const find = createFinder(names);
  return (text) => {
    const plain = hide(text, [...find(text), ...findAcross(text, find)]);
    const cut = text.length > leastBeginning ? cutOff.exec(plain) : null;
    return cut ? withoutBeginning(plain, cut.index, names.keys()) : plain;
  };
}

function withoutBeginning(text: string, end: number, forms: Iterable<string>): string {
  const length = beginningAtEnd(text.slice(0, end), forms, leastBeginning);
  return length === 0 ? text : text.slice(0, end - length) + text.slice(end);
}

/** Of secrets that overlap, all is hidden, under the name of the one that begins first. */
function hide(text: string, found: readonly FormPlace[]): string {
  if (found.length === 0) return text;
  const merged: FormPlace[] = [];
  for (const next of found.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    const last = merged.at(-1);
    if (last && next.from < last.to) merged[merged.length - 1] = { ...last, to: Math.max(last.to, next.to) };
    else merged.push(next);
  }
  let result = "";
  let done = 0;
  for (const { from, to, name } of merged) {
    result += `${text.slice(done, from)}[hidden: ${name}]`;
    done = to;
  }
  return result + text.slice(done);
}

/** Searches the visible text for values through which invisible characters run. */
function findAcross(text: string, find: (text: string) => readonly FormPlace[]): readonly FormPlace[] {
  if (!hasUnseen(text)) return [];
  let seen = "";
  // Where each piece of the visible text begins, there and in the whole text.
  const pieces: { readonly from: number; readonly at: number }[] = [];
  let done = 0;
  for (const { index, 0: sequence } of text.matchAll(everyUnseen)) {
    if (index > done) pieces.push({ from: seen.length, at: done });
    seen += text.slice(done, index);
    done = index + sequence.length;
  }
  pieces.push({ from: seen.length, at: done });
  seen += text.slice(done);

  let piece = 0;
  const placeOf = (place: number) => {
    while ((pieces[piece + 1]?.from ?? Number.POSITIVE_INFINITY) <= place) piece += 1;
    while ((pieces[piece]?.from ?? 0) > place) piece -= 1;
    const { from, at } = pieces[piece] ?? { from: 0, at: 0 };
    return at + place - from;
  };
  return find(seen).map(({ from, to, name }) => ({ from: placeOf(from), to: placeOf(to - 1) + 1, name }));
}
