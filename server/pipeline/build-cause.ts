/** What a failed command of a build has printed, and what a person can do about it. */
export interface BuildCause {
  readonly pattern: RegExp;
  /** Given what the pattern has found, where it names something of that. */
  readonly hint: string | ((found: RegExpExecArray) => string);
}
