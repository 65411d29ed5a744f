/** Returns the name that was probably meant, at most two edits away; null when none is that close. */
export function nearest(written: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, slips: slipsBetween(written.slice(0, 40), name) }))
    .toSorted((a, b) => a.slips - b.slips);
  const best = ranked[0];
  return best && best.slips <= Math.min(2, best.name.length / 2) ? best.name : null;
}

/** The Levenshtein distance: the number of missing, extra and wrong letters. */
function slipsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const substitution = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(substitution, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
