/** Suggests what to do about git's own refusal. Null where git's words suffice. */
export function pushAdvice(reason: string | null): string | null {
  if (reason === "shallow update not allowed") {
    return "Your clone is shallow: run git fetch --unshallow, or set fetch-depth: 0 in CI. Then push again.";
  }
  return null;
}
