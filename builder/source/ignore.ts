/**
 * The rules of a .dockerignore file, as Docker applies them: the last rule that matches a path or one of the folders
 * it lies in decides, and `!` lets a path in again.
 *
 * Patterns are matched segment by segment rather than turned into regular expressions: a pattern comes out of a
 * repository, and must neither mean something else because of a `(` or `+` in it nor take exponential time.
 */
export interface IgnoreRules {
  ignores(path: string): boolean;
  /** The same, of the path alone: what lies in a folder that a rule matches is not matched by it. */
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
      const segments = path.split("/");
      return decides((rule) => matchedBeginnings(rule.segments, segments).size > 0);
    },
    names(path) {
      const segments = path.split("/");
      return decides((rule) => matchedBeginnings(rule.segments, segments).has(segments.length));
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

/** Docker reads `**.log` as `.log` at the end of a name at any depth, with or without folders before it. */
function doubleStars(segment: string): readonly string[] {
  return segment.length > 2 && segment.startsWith("**") ? ["**", `*${segment.slice(2)}`] : [segment];
}

/** How many segments long the beginnings of the path are, up to a slash or all of it, that the pattern matches. */
function matchedBeginnings(pattern: readonly string[], path: readonly string[]): ReadonlySet<number> {
  // `reached` holds how many segments of the path the pattern can have used up so far.
  let reached = new Set([0]);
  for (const [index, segment] of pattern.entries()) {
    const next = new Set<number>();
    for (const used of reached) {
      if (segment === "**") {
        // At the end it stands for something: `docs/**` leaves a file named `docs` alone.
        const least = index === pattern.length - 1 ? used + 1 : used;
        for (let more = least; more <= path.length; more++) next.add(more);
        break; // Sets keep their order: the first is the smallest, and reaches all that the others would.
      }
      const name = path[used];
      if (name !== undefined && matchesSegment(segment, name)) next.add(used + 1);
    }
    reached = next;
  }
  reached.delete(0);
  return reached;
}

/** `*`, `?`, `[a-z]` and `\` within one segment. Goes back to the last star only, so it is quadratic at worst. */
function matchesSegment(pattern: string, name: string): boolean {
  let [at, position] = [0, 0];
  let star = -1;
  let starPosition = 0;
  while (position < name.length) {
    if (pattern[at] === "*") {
      star = at++;
      starPosition = position;
      continue;
    }
    const used = at < pattern.length ? matchesCharacter(pattern, at, name.charAt(position)) : 0;
    if (used > 0) {
      at += used;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++starPosition;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

/** How many characters of the pattern, from `at`, stand for this character; 0 when they don't. */
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
