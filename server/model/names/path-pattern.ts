/**
 * Returns how many characters of the pattern, from `at`, match this character of a name; 0 when they do not. It is not
 * called for `*`.
 */
export type MatchesCharacter = (pattern: string, at: number, character: string) => number;

/**
 * Returns the lengths, in segments, of the beginnings of the path that the pattern matches; the whole path may be one.
 * A segment `**` matches any number of folders, and at the end everything in them: `docs/**` does not match a file
 * named `docs`.
 *
 * Patterns are matched segment by segment rather than turned into regular expressions. They come from outside, and a
 * `(` or `+` must neither change their meaning nor make them take exponential time.
 */
export function matchedBeginnings(
  pattern: readonly string[],
  path: readonly string[],
  matchesCharacter: MatchesCharacter,
): ReadonlySet<number> {
  // The numbers of segments of the path that the pattern can have consumed so far.
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

/** Backtracks only to the last `*`, which is enough and limits the work to the product of both lengths. */
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
