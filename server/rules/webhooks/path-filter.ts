import { matchedBeginnings } from "../../model/names/path-pattern.ts";

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
 * `{a,b}` either, and the name of a folder, with or without a trailing `/`, everything in it.
 */
export function matchesPath(pattern: string, path: string): boolean {
  return (alternatives(pattern) ?? [pattern]).some((each) => matchesAlternative(each, path));
}

function matchesAlternative(pattern: string, path: string): boolean {
  if (pattern === "") return false;
  const names = pattern.split("/").filter((name) => name !== "" && name !== ".");
  const last = names.findLastIndex((name) => name !== "**");
  // A file of that name has nothing below it, so both readings are safe.
  const isFolder = last < names.length - 1 || pattern.endsWith("/") || !/[*?]/.test(names[last] ?? "");
  const steps = names.slice(0, last + 1);
  if (steps.length === 0) return true;
  const folders = path.split("/");
  const matched = matchedBeginnings(steps, folders, matchesCharacter);
  return isFolder ? matched.size > 0 : matched.has(folders.length);
}

/** A bracket is a character like any other: folders are called `[slug]`. */
function matchesCharacter(pattern: string, at: number, character: string): number {
  return pattern[at] === "?" || pattern[at] === character ? 1 : 0;
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
