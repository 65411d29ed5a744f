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

/** The scripts that npm-run-all runs, one after the other or beside each other: `run-p type-check "build-only {@}" --`, `run-s build:*`. */
export function scriptsRunTogether(
  [program = "", ...words]: readonly string[],
  scripts: Readonly<Record<string, string>>,
): readonly string[] {
  if (!/^(?:run-p|run-s|npm-run-all2?)$/.test(program)) return [];
  const names = words.map((word) => word.replace(/^["']|["']$/g, ""));
  return Object.keys(scripts).filter((script) =>
    names.some((name) => name === script || (name.endsWith(":*") && script.startsWith(name.slice(0, -1)))),
  );
}

export function isPackageManager(program: string): boolean {
  return ["npm", "pnpm", "yarn", "bun"].includes(program);
}
