/** A command line as words, by the quoting rules of a shell and without anything else that a shell does. Null: a quote is not closed. */
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
      // Between double quotes, only these lose their backslash; a line that goes on is one line.
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

/** Words that only a shell would understand. */
export function shellOperators(words: readonly string[]): readonly string[] {
  return words.filter((word) => ["&&", "||", "|", ";", ">", ">>", "<", "&"].includes(word));
}
