/** A command that needs no shell: words, quotes resolved, and assignments in front of it. */
export interface SimpleCommand {
  readonly assignments: readonly string[];
  readonly words: readonly string[];
}

/** Null when a shell is needed to understand the line: variables, pipes, patterns, several commands. */
export function parseSimpleCommand(line: string): SimpleCommand | null {
  const words: string[] = [];
  const token = /\s*(?:((?:[\w@%+=:,./-]|"[^"$`\\]*"|'[^']*')+)(?=\s|$)|(\S))/y;
  const text = line.trim();
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match?.[1]) return null;
    words.push(match[1].replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
  }
  const first = words.findIndex((word) => !/^\w+=/.test(word));
  if (first < 0) return null;
  return { assignments: words.slice(0, first), words: words.slice(first) };
}

/** The commands that a line runs one after the other or beside each other, near enough: quotes are not looked into. */
export function commandsIn(line: string): readonly (readonly string[])[] {
  return line
    .split(/&&|\|\||[;|&]/)
    .map((part) =>
      part
        .trim()
        .split(/\s+/)
        .filter((word) => !/^\w+=/.test(word)),
    )
    .filter((words) => Boolean(words[0]));
}

/**
 * The script that a package manager's command runs (`npm run build`, `yarn start`, `pnpm build`); null when it runs
 * none, or does more than that: options can send it to another folder.
 */
export function scriptRunBy(words: readonly string[], scripts: Readonly<Record<string, string>>): string | null {
  const [program = "", ...rest] = words;
  if (!isPackageManager(program)) return null;
  const [command = "", ...more] = rest.filter((word) => word !== "--silent" && word !== "-s");
  const [script = command, ...extra] = command === "run" || command === "run-script" ? more : [undefined, ...more];
  return extra.length === 0 && Object.hasOwn(scripts, script) ? script : null;
}

export function isPackageManager(program: string): boolean {
  return ["npm", "pnpm", "yarn"].includes(program);
}
