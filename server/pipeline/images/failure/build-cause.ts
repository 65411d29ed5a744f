/** A message that a failed build command prints, and what a person can do about it. */
export interface BuildCause {
  readonly pattern: RegExp;
  /** Called with the groups that the pattern captured, for a hint that names something. */
  readonly hint: string | ((...caught: readonly string[]) => string);
}
