/** Whether a push is about this product. Unknown paths (null), and no patterns: it is. */
export function isAboutPaths(patterns: readonly string[], paths: readonly string[] | null): boolean {
  if (patterns.length === 0 || paths === null) return true;
  return paths.some((path) => patterns.some((pattern) => matchesPath(pattern, path)));
}

/**
 * Patterns over paths of the repository, as forges have them: `*` and `?` stay within a folder, `**` stands for any
 * number of folders, and a pattern that ends with `/` means all that is in that folder. Matched step by step instead
 * of by a regular expression, which some patterns would make slow.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const names = pattern
    .replace(/^\.?\//, "")
    .replace(/\/$/, "/**")
    .split("/");
  const folders = path.split("/");
  // reached[i]: the names looked at so far can stand for the first i folders.
  let reached = folders.map(() => false);
  reached = [true, ...reached];
  for (const name of names) reached = name === "**" ? anyNumber(reached) : oneMore(reached, folders, name);
  return reached.at(-1) === true;
}

function anyNumber(reached: readonly boolean[]): boolean[] {
  const first = reached.indexOf(true);
  return reached.map((_, index) => first !== -1 && index >= first);
}

function oneMore(reached: readonly boolean[], folders: readonly string[], name: string): boolean[] {
  return [false, ...folders.map((folder, index) => reached[index] === true && matchesName(name, folder))];
}

/** Goes back only to the last `*`: that is enough, and keeps the work to the product of both lengths. */
function matchesName(pattern: string, name: string): boolean {
  let [at, star, retry] = [0, -1, 0];
  for (let index = 0; index < name.length; ) {
    if (pattern[at] === "*") {
      star = at++;
      retry = index;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === name[index])) {
      at++;
      index++;
    } else if (star !== -1) {
      at = star + 1;
      index = ++retry;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
