/** The names that npm packages give to their compiled code for Linux. */
const forLinux =
  /["'`/\s(]((?:@[\w.-]+\/)?[\w.-]*\blinux(?:musl)?-(?:x64|arm64|arm|ia32|64|x86_64|aarch64)(?:-(?:gnu|musl|glibc|gnueabihf))?)(?:\.node)?\b/;
const isMissing =
  /Cannot find (?:module|package)|could not be found|Could not load the|Failed to load|Cannot find native binding|for another platform|No (?:prebuilt|native) (?:binary|build)/i;
const wrongNodeModules = /You installed (\S+) for another platform|invalid ELF header/i;

/**
 * Suggests what to do when a package's compiled code is for another system: a lockfile written on macOS or Windows
 * lacks the Linux one. Null when that is not the cause.
 */
export function nativePackageHint(text: string): string | null {
  if (wrongNodeModules.test(text)) {
    return "The node_modules folder in the image comes from a different system. Remove node_modules from the repository, add it to .gitignore and .dockerignore, and install the packages during the build.";
  }
  for (const line of text.split("\n")) {
    const name = isMissing.test(line) ? forLinux.exec(line)?.[1] : undefined;
    if (name !== undefined) return lacking(`, such as ${name}`);
  }
  return /npm has a bug related to optional dependencies/.test(text) ? lacking("") : null;
}

function lacking(example: string): string {
  return `The lockfile was written on a different system and lacks packages that Linux needs${example}. Remove package-lock.json and node_modules, run \`npm install\`, and commit package-lock.json (with pnpm, Yarn or Bun: their lockfile and install).`;
}
