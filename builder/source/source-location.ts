/** A place in a file, for messages about it. */
export interface SourceLocation {
  readonly file: string;
  /** The line, from 1; null for the file as a whole. */
  readonly line: number | null;
}
