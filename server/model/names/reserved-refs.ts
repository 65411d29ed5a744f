/**
 * Refs that nobody may push. `refs/deployments` and `refs/fetched` are Baton's own. A ref below `refs/replace` would
 * make git read another object than the one with the given id, so that a commit's id no longer determined its content.
 */
const reserved: readonly (readonly [prefix: string, why: string])[] = [
  ["refs/deployments/", "these refs are reserved for Baton"],
  ["refs/fetched/", "these refs are reserved for Baton"],
  ["refs/replace/", "replacement objects are not accepted: a commit's id must identify its content"],
];

/** Git takes the full name of a ref that does not exist for a shortened one, and finds `refs/tags/refs/heads/main`. */
const looksLikeAnother = /^refs\/(?:(?:heads|tags|remotes)\/)?refs\//;

/** Why this ref cannot be pushed, as git shows it in brackets after the ref; null when it can. */
export function whyReserved(ref: string): string | null {
  if (looksLikeAnother.test(ref)) return "a name must not begin with refs/";
  return reserved.find(([prefix]) => ref.startsWith(prefix) || `${ref}/` === prefix)?.[1] ?? null;
}
