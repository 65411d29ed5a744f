/** More alternatives than this are not what a person writes. */
const maxAlternatives = 64;

/**
 * Whether a push is about this product. Unknown paths (null), and no patterns: it is. As in .gitignore, the last pattern
 * that matches a path decides, and `!` takes out what those before it took in; where the first one takes out, all else is in.
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

/** Why a pattern can never match, as a sentence; null: it can. */
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

/** The patterns of a text: between them stand spaces, line breaks, or commas that are not within braces. */
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
 * Patterns over paths of the repository, as forges have them: `*` and `?` stay within a folder, `**` stands for any
 * number of folders, `{a,b}` for either, and the name of a folder, with or without `/` at its end, for all that is in it.
 * Matched step by step instead of by a regular expression, which some patterns would make slow.
 */
export function matchesPath(pattern: string, path: string): boolean {
  return (alternatives(pattern) ?? [pattern]).some((each) => matchesAlternative(each, path));
}

function matchesAlternative(pattern: string, path: string): boolean {
  if (pattern === "") return false;
  const names = pattern.split("/").filter((name) => name !== "" && name !== ".");
  const last = names.at(-1);
  // A file of that name has nothing below it, so that both can be meant.
  const isFolder = last === undefined || pattern.endsWith("/") || !/[*?]/.test(last);
  const steps = isFolder ? [...names, "**"] : names;
  const folders = path.split("/");
  // reached[i]: the names looked at so far can stand for the first i folders.
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

/** What the braces of a pattern stand for; null: for too much. Braces that do not match are taken as they are. */
function alternatives(pattern: string): readonly string[] | null {
  if (!pattern.includes("{") || !hasBalancedBraces(pattern)) return [pattern];
  const done: string[] = [];
  const open = [pattern];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    // The innermost braces first, so that their commas are their own.
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
