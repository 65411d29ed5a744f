/**
 * How many characters of the pattern, from `at`, stand for this character of a name; 0 when they don't. `*` is not asked
 * about.
 */
export type MatchesCharacter = (pattern: string, at: number, character: string) => number;

/**
 * How many segments long the beginnings of the path are, up to a slash or all of it, that the pattern matches. `**` as a
 * segment stands for any number of folders, and at the end for what is in them: `docs/**` leaves a file named `docs` alone.
 *
 * Patterns are matched segment by segment rather than turned into regular expressions: they come from outside, and must
 * neither mean something else because of a `(` or `+` nor take exponential time.
 */
export function matchedBeginnings(
  pattern: readonly string[],
  path: readonly string[],
  matchesCharacter: MatchesCharacter,
): ReadonlySet<number> {
  // `reached` holds how many segments of the path the pattern can have used up so far.
  let reached = new Set([0]);
  for (const [index, segment] of pattern.entries()) {
    const next = new Set<number>();
    for (const used of reached) {
      if (segment === "**") {
        const least = index === pattern.length - 1 ? used + 1 : used;
        for (let more = least; more <= path.length; more++) next.add(more);
        break; // Sets keep their order: the first is the smallest, and reaches all that the others would.
      }
      const name = path[used];
      if (name !== undefined && matchesName(segment, name, matchesCharacter)) next.add(used + 1);
    }
    reached = next;
  }
  reached.delete(0);
  return reached;
}

/** Goes back only to the last `*`: that is enough, and keeps the work to the product of both lengths. */
function matchesName(pattern: string, name: string, matchesCharacter: MatchesCharacter): boolean {
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
