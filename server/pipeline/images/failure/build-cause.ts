/** What a failed command of a build has printed, and what a person can do about it. */
export interface BuildCause {
  readonly pattern: RegExp;
  /** Given what the pattern's groups have caught, where it names something. */
  readonly hint: string | ((...caught: readonly string[]) => string);
}
