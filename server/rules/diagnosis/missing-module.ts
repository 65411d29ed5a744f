/** How Node and the bundlers say that something which is imported is not there; what is missing comes first. */
export const missingModule =
  /(?:Cannot find (?:module|package)|Can't resolve|Could not resolve|failed to resolve import) ["'`]([^"'`\n]{1,200})["'`]/i;

/** What to do about an import that leads nowhere while the app is built. */
export function missingModuleHint(name: string): string {
  const wanted = packageOf(name);
  return wanted === null
    ? `${name} is not among the files of the build. Is it committed, and spelled exactly as it is imported? On Linux, Button.js and button.js are different files.`
    : `The package ${wanted} is not installed. Run \`npm install ${wanted}\` (pnpm add, yarn add), and commit package.json and the lockfile. If the build works on another machine, an older version of some other package probably brings it in there; committing the lockfile from that machine keeps it that way.`;
}

/** The package that an import names: `webpack` of `webpack/lib/x`; null for what is a file of the app's own. */
export function packageOf(name: string): string | null {
  return /^(@[\w.-]+\/[\w.-]+|[a-z\d][\w.-]*)(?:\/|$)/i.exec(name)?.[1] ?? null;
}
