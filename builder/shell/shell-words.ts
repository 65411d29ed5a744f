/**
 * Splits a command line into words by a shell's quoting rules. Nothing else of the shell's syntax is applied. Null when
 * a quote is not closed.
 */
export function shellWords(line: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote: "'" | '"' | null = null;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? "";
    if (quote === "'") {
      if (character === "'") quote = null;
      else word += character;
    } else if (character === "\\") {
      at += 1;
      const next = line[at];
      if (next === undefined) return null;
      // Between double quotes, a backslash escapes only these characters. An escaped line break joins two lines.
      if (quote === '"' && !'"\\$`\n'.includes(next)) word = `${word ?? ""}\\`;
      if (next !== "\n") word = (word ?? "") + next;
    } else if (quote === '"') {
      if (character === '"') quote = null;
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== null) return null;
  return word === null ? words : [...words, word];
}

/** Returns the words that only a shell would understand. */
export function shellOperators(words: readonly string[]): readonly string[] {
  return words.filter((word) => ["&&", "||", "|", ";", ">", ">>", "<", "&"].includes(word));
}
