/** How Node and the bundlers say that something which is imported is not there; what is missing comes first. */
export const missingModule =
  /(?:Cannot find (?:module|package)|Can't resolve|Could not resolve|failed to resolve import) ["'`]([^"'`\n]{1,200})["'`]/i;

/** What to do about an import that leads nowhere while the app is built. */
export function missingModuleHint(name: string): string {
  const wanted = packageOf(name);
  return wanted === null
    ? `${name} is not among the files of the build. Is it committed, and spelled as it is imported? Linux tells Button.js from button.js.`
    : `The package ${wanted} is not installed. Run \`npm install ${wanted}\` (pnpm add, yarn add), and commit package.json and the lockfile. Where it works elsewhere, an older version of another package brings it along there: a lockfile from there keeps that.`;
}

/** The package that an import names: `webpack` of `webpack/lib/x`; null for what is a file of the app's own. */
export function packageOf(name: string): string | null {
  return /^(@[\w.-]+\/[\w.-]+|[a-z\d][\w.-]*)(?:\/|$)/i.exec(name)?.[1] ?? null;
}
