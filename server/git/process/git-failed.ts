/** A git command failed; the message holds the last line that it printed. */
export class GitFailed extends Error {
  override readonly name = "GitFailed";
  /** Null when a signal ended the process. */
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(command: string, exitCode: number | null, stderr: string) {
    super(`git ${command} exited with ${exitCode ?? "a signal"}: ${lastWords(stderr)}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** The last line that git printed, without its "fatal: " or "error: ". */
export function lastWords(stderr: string): string {
  const line = stderr.trimEnd().split("\n").at(-1) ?? "";
  return line.replace(/^(?:fatal|error): /, "") || "it printed nothing";
}
