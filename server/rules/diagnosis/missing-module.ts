/** How Node and bundlers report an import that cannot be resolved. The first group is what is missing. */
export const missingModule =
  /(?:Cannot find (?:module|package)|Can't resolve|Could not resolve|failed to resolve import) ["'`]([^"'`\n]{1,200})["'`]/i;

/** Suggests what to do about an import that cannot be resolved during the build. */
export function missingModuleHint(name: string): string {
  const wanted = packageOf(name);
  return wanted === null
    ? `${name} is not among the files of the build. Is it committed, and spelled exactly as it is imported? On Linux, Button.js and button.js are different files.`
    : `The package ${wanted} is not installed. Run \`npm install ${wanted}\` (pnpm add, yarn add), and commit package.json and the lockfile. If the build works on another machine, an older version of some other package probably brings it in there; committing the lockfile from that machine keeps it that way.`;
}

/** The package that an import names: `webpack` for `webpack/lib/x`. Null for a file of the app itself. */
export function packageOf(name: string): string | null {
  return /^(@[\w.-]+\/[\w.-]+|[a-z\d][\w.-]*)(?:\/|$)/i.exec(name)?.[1] ?? null;
}
