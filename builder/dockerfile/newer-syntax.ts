/** Dockerfile syntax that Docker's built-in frontend has not always understood. */
export interface NewerSyntax {
  readonly line: number;
  /** The syntax in words: "a here-document (RUN <<EOF)". */
  readonly feature: string;
  /** The first Docker whose built-in frontend understands it, such as 23.0. */
  readonly since: string;
}

// BuildKit 0.10 has the frontend 1.4, 0.12 has 1.6, and so on. Docker 23.0 comes with BuildKit 0.10, 25.0 with 0.12,
// 28.3 with 0.23, 28.5 with 0.25 and 29.1 with 0.26. Which frontend has what: the Dockerfile reference of BuildKit.
const features: readonly (readonly [pattern: RegExp, words: string, since: string])[] = [
  [/^(RUN|COPY|ADD)\b[^#]*?<<-?(["']?)[A-Za-z_]\w*\2/i, "a here-document", "23.0"],
  [/^(COPY|ADD)\s(?:[^#]*?\s)?--link\b/i, "--link", "23.0"],
  [/^ADD\s(?:[^#]*?\s)?--(?:checksum|keep-git-dir)\b/i, "a flag of ADD", "25.0"],
  [/^HEALTHCHECK\s(?:[^#]*?\s)?--start-interval\b/i, "--start-interval", "25.0"],
  [/^ADD\s(?:[^#]*?\s)?--unpack\b/i, "--unpack", "28.3"],
  [/^(COPY|ADD)\s(?:[^#]*?\s)?--exclude\b/i, "--exclude", "28.5"],
  [/^COPY\s(?:[^#]*?\s)?--parents\b/i, "--parents", "29.1"],
];

/** Finds such syntax, from top to bottom. */
export function newerSyntaxIn(dockerfile: string): readonly NewerSyntax[] {
  return dockerfile.split("\n").flatMap((line, index) => {
    const text = line.trim();
    return features
      .filter(([pattern]) => pattern.test(text))
      .map(([, words, since]) => ({ line: index + 1, feature: `${words} (${text.slice(0, 60)})`, since }));
  });
}
