/**
 * Splits a line into the commands that it runs, in sequence or in parallel. This is approximate, because quotes are
 * ignored.
 */
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
 * Returns the script that a package manager's command runs (`npm run build`, `yarn start`, `pnpm build`). Null when it
 * runs none, or has other arguments, because options can change the folder.
 */
export function scriptRunBy(words: readonly string[], scripts: Readonly<Record<string, string>>): string | null {
  const [program = "", ...rest] = words;
  if (!isPackageManager(program)) return null;
  const [command = "", ...more] = rest.filter((word) => word !== "--silent" && word !== "-s");
  const [script = command, ...extra] = command === "run" || command === "run-script" ? more : [undefined, ...more];
  return extra.length === 0 && Object.hasOwn(scripts, script) ? script : null;
}

/**
 * Returns the scripts that npm-run-all runs, in sequence or in parallel: `run-p type-check "build-only {@}" --`, `run-s
 * build:*`.
 */
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
