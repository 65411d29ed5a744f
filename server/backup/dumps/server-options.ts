import type { Inside, Variables } from "./dump-tool.ts";

const shells = /(?:^|\/)(?:ba|da|a|z|k)?sh$/;

/**
 * The words of the command that a server was started with. A line that is written for a shell is split as the shell
 * would, with its variables.
 */
export function wordsOf({ command, variables }: Pick<Inside, "command" | "variables">): readonly string[] {
  const at = command.findIndex((word, at) => /^-\w*c$/.test(word) && shells.test(command[at - 1] ?? ""));
  return at === -1 ? command : shellWords(command[at + 1] ?? "", variables);
}

/** The value of an option, as "--port 6380" or "--port=6380"; null when the server was started without it. */
export function optionOf(
  inside: Pick<Inside, "command" | "variables">,
  ...names: readonly [string, ...string[]]
): string | null {
  const words = wordsOf(inside);
  for (const [at, word] of words.entries()) {
    if (names.includes(word)) return words[at + 1] ?? null;
    const name = names.find((one) => one.startsWith("--") && word.startsWith(`${one}=`));
    if (name) return word.slice(name.length + 1);
  }
  return null;
}

/** Quotes, backslashes and plain variables; whatever else a shell knows stays as it is. */
export function shellWords(line: string, variables: Variables): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  const pieces = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|(\s+)|([^\s'"\\]+)/gs;
  for (const [, single, double, escaped, gap, plain] of line.matchAll(pieces)) {
    if (gap !== undefined) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      const text = double === undefined ? plain : double.replace(/\\([\\"$`])/g, "$1");
      word = `${word ?? ""}${single ?? escaped ?? expanded(text ?? "", variables)}`;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

function expanded(text: string, variables: Variables): string {
  return text.replace(/\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g, (_, braced, otherwise, bare) => {
    return variables[braced ?? bare] || (otherwise ?? "");
  });
}
