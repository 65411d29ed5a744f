/** More alternatives than this are not what a person writes. */
const maxAlternatives = 64;

/**
 * Whether a push concerns this product. It does when its paths are unknown (null) or there are no patterns. As in
 * .gitignore, the last pattern that matches a path decides, and `!` excludes; if the first pattern excludes, everything
 * else is included.
 */
export function isAboutPaths(patterns: readonly string[], paths: readonly string[] | null): boolean {
  if (patterns.length === 0 || paths === null) return true;
  return paths.some((path) => {
    const last = patterns.findLast((pattern) => matchesPath(pattern.replace(/^!/, ""), path));
    return last === undefined ? takesOut(patterns[0] ?? "") : !takesOut(last);
  });
}

function takesOut(pattern: string): boolean {
  return pattern.startsWith("!");
}

/** Why a pattern can never match, as a sentence. Null when it can. */
export function pathPatternProblem(pattern: string): string | null {
  const body = pattern.replace(/^!/, "");
  if (body === "") return `"${pattern}" names no path: write it like !docs/**`;
  if (body.startsWith("!")) return `"${pattern}" has one ! too many`;
  if (body.includes("\\")) return `"${pattern}" has a backslash: folders are separated by /`;
  if (body.split("/").includes("..")) return `"${pattern}" leaves the repository: paths start at its root`;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(body)) return `"${pattern}" is a URL: write a path such as apps/shop/**`;
  if (!hasBalancedBraces(body)) return `"${pattern}" has an unmatched brace: write it like {apps,lib}/**`;
  return alternatives(body) === null ? `"${pattern}" has more than ${maxAlternatives} alternatives` : null;
}

/** Splits a text into patterns at spaces, line breaks, and commas outside braces. */
export function splitPathPatterns(text: string): readonly string[] {
  const patterns: string[] = [""];
  let depth = 0;
  for (const character of text) {
    if (/\s/.test(character) || (character === "," && depth === 0)) {
      patterns.push("");
      depth = 0;
      continue;
    }
    if (character === "{") depth += 1;
    if (character === "}") depth = Math.max(0, depth - 1);
    patterns[patterns.length - 1] += character;
  }
  return patterns.filter((pattern) => pattern !== "");
}

/**
 * Matches paths of the repository as forges do: `*` and `?` stay within a folder, `**` matches any number of folders,
 * `{a,b}` either, and the name of a folder, with or without a trailing `/`, everything in it. It matches step by step,
 * because some patterns would make a regular expression slow.
 */
export function matchesPath(pattern: string, path: string): boolean {
  return (alternatives(pattern) ?? [pattern]).some((each) => matchesAlternative(each, path));
}

function matchesAlternative(pattern: string, path: string): boolean {
  if (pattern === "") return false;
  const names = pattern.split("/").filter((name) => name !== "" && name !== ".");
  const last = names.at(-1);
  // A file of that name has nothing below it, so both readings are safe.
  const isFolder = last === undefined || pattern.endsWith("/") || !/[*?]/.test(last);
  const steps = isFolder ? [...names, "**"] : names;
  const folders = path.split("/");
  // reached[i]: the names so far can match the first i folders.
  let reached = folders.map(() => false);
  reached = [true, ...reached];
  for (const name of steps) reached = name === "**" ? anyNumber(reached) : oneMore(reached, folders, name);
  return reached.at(-1) === true;
}

function hasBalancedBraces(pattern: string): boolean {
  let depth = 0;
  for (const character of pattern) {
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** Expands the braces of a pattern. Null when there are too many alternatives. Unbalanced braces are literal. */
function alternatives(pattern: string): readonly string[] | null {
  if (!pattern.includes("{") || !hasBalancedBraces(pattern)) return [pattern];
  const done: string[] = [];
  const open = [pattern];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    // The innermost braces first, so that their commas are not taken for the outer ones'.
    const braces = /\{([^{}]*)\}/.exec(next);
    if (braces === null) done.push(next);
    else {
      const [whole, inside = ""] = braces;
      const [before, after] = [next.slice(0, braces.index), next.slice(braces.index + whole.length)];
      open.push(...inside.split(",").map((choice) => before + choice + after));
    }
    if (done.length + open.length > maxAlternatives) return null;
  }
  return done;
}

function anyNumber(reached: readonly boolean[]): boolean[] {
  const first = reached.indexOf(true);
  return reached.map((_, index) => first !== -1 && index >= first);
}

function oneMore(reached: readonly boolean[], folders: readonly string[], name: string): boolean[] {
  return [false, ...folders.map((folder, index) => reached[index] === true && matchesName(name, folder))];
}

/** Backtracks only to the last `*`, which suffices and bounds the work by the product of both lengths. */
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
