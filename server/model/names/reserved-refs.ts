/**
 * Refs that nobody may push: `refs/deployments` and `refs/fetched` are Baton's own, and a ref below `refs/replace` would
 * make git read another object than the one whose id it is given, so that a commit's id said nothing of its content.
 */
const reserved: readonly (readonly [prefix: string, why: string])[] = [
  ["refs/deployments/", "these refs are reserved for Baton"],
  ["refs/fetched/", "these refs are reserved for Baton"],
  ["refs/replace/", "replacement objects are not accepted: a commit's id must identify its content"],
];

/** Why this ref cannot be pushed, as git shows it in brackets behind the ref; null: it can be. */
export function whyReserved(ref: string): string | null {
  return reserved.find(([prefix]) => ref.startsWith(prefix) || `${ref}/` === prefix)?.[1] ?? null;
}
