/** Where something is written, for the sentence about it. */
export interface SourceLocation {
  readonly file: string;
  /** From 1; null: in the file as a whole. */
  readonly line: number | null;
}
