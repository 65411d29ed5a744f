/** Dockerfile syntax that Docker's built-in frontend understands only since version 23. */
export interface NewerSyntax {
  readonly line: number;
  /** The syntax in words: "a here-document (RUN <<EOF)". */
  readonly feature: string;
}

const features: readonly (readonly [RegExp, string])[] = [
  [/^(RUN|COPY|ADD)\b[^#]*?<<-?(["']?)[A-Za-z_]\w*\2/i, "a here-document"],
  [/^(COPY|ADD)\s(?:[^#]*?\s)?--(?:link)\b/i, "--link"],
  [/^(ADD)\s(?:[^#]*?\s)?--(?:checksum|keep-git-dir)\b/i, "a flag of ADD"],
  [/^(COPY)\s(?:[^#]*?\s)?--(?:parents|exclude)\b/i, "a flag of COPY"],
];

/** Finds the first such syntax; null when an old engine understands the whole file. */
export function newerSyntaxIn(dockerfile: string): NewerSyntax | null {
  for (const [index, text] of dockerfile.split("\n").entries()) {
    const found = features.find(([pattern]) => pattern.test(text.trim()));
    if (found) return { line: index + 1, feature: `${found[1]} (${text.trim().slice(0, 60)})` };
  }
  return null;
}
