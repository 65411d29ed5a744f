/** What to do about a refusal in git's own words; null where those say enough. */
export function pushAdvice(reason: string | null): string | null {
  if (reason === "shallow update not allowed") {
    return "Your clone is shallow: run git fetch --unshallow, or set fetch-depth: 0 in CI. Then push again.";
  }
  return null;
}
