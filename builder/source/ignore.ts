import { matchedBeginnings } from "../../server/model/names/path-pattern.ts";

/**
 * The rules of a .dockerignore file, applied as Docker does. The last rule that matches a path or one of its parent
 * folders decides, and `!` includes a path again.
 */
export interface IgnoreRules {
  ignores(path: string): boolean;
  /** Like `ignores`, but for the path alone: a rule that matches a folder does not match the files in it. */
  names(path: string): boolean;
}

interface Rule {
  readonly segments: readonly string[];
  readonly letsIn: boolean;
}

export function ignoreRules(lines: readonly string[]): IgnoreRules {
  const rules = lines.flatMap((line) => parseRule(line) ?? []);
  const decides = (matches: (rule: Rule) => boolean) => rules.findLast(matches)?.letsIn === false;
  return {
    ignores(path) {
      if (rules.length === 0) return false;
      const segments = path.split("/");
      return decides((rule) => matchedBeginnings(rule.segments, segments, matchesCharacter).size > 0);
    },
    names(path) {
      const segments = path.split("/");
      return decides((rule) => matchedBeginnings(rule.segments, segments, matchesCharacter).has(segments.length));
    },
  };
}

function parseRule(line: string): Rule | null {
  if (line.startsWith("#")) return null;
  const trimmed = line.trim();
  const letsIn = trimmed.startsWith("!");
  const segments: string[] = [];
  for (const segment of (letsIn ? trimmed.slice(1).trim() : trimmed).split("/")) {
    if (segment === "..") segments.pop();
    else if (segment === "**" && segments.at(-1) === "**") continue;
    else if (segment !== "" && segment !== ".") segments.push(...doubleStars(segment));
  }
  return segments.length > 0 ? { segments, letsIn } : null;
}

/** Expands `**.log`. Docker reads it as names that end in `.log` at any depth. */
function doubleStars(segment: string): readonly string[] {
  return segment.length > 2 && segment.startsWith("**") ? ["**", `*${segment.slice(2)}`] : [segment];
}

/** Matches `?`, `[a-z]` and `\`. */
function matchesCharacter(pattern: string, at: number, character: string): number {
  switch (pattern[at]) {
    case "?":
      return 1;
    case "\\":
      return pattern[at + 1] === character ? 2 : 0;
    case "[":
      return matchesClass(pattern, at, character);
    default:
      return pattern[at] === character ? 1 : 0;
  }
}

function matchesClass(pattern: string, at: number, character: string): number {
  const end = pattern.indexOf("]", at + 2);
  if (end < 0) return 0;
  const negated = pattern[at + 1] === "^";
  const members = pattern.slice(at + (negated ? 2 : 1), end);
  let found = false;
  for (let index = 0; index < members.length; index++) {
    const first = members.charAt(index);
    const isRange = members[index + 1] === "-" && index + 2 < members.length;
    const last = isRange ? members.charAt(index + 2) : first;
    if (character >= first && character <= last) found = true;
    if (isRange) index += 2;
  }
  return found !== negated ? end - at + 1 : 0;
}
