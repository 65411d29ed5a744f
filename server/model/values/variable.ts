/** Who sets a variable. The first of these that has a variable decides its value. */
export type VariableHolder = "installation" | "product" | "environment";

/** A variable of an installation as it may be shown. */
export interface VariableEntry {
  readonly name: string;
  /** Null when it is secret. */
  readonly value: string | null;
  /** Whether builds get it; null lets its name decide. */
  readonly atBuild: boolean | null;
  /** Whether it is a secret that is never revealed, not even to those who may change it. */
  readonly isWriteOnly: boolean;
  readonly from: VariableHolder;
}

const maxNameLength = 128;

/** The names that Compose accepts: Java and Elasticsearch apps read names with dots, which a shell cannot. */
export const variableNamePattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;

/** The sentence about a name that the pattern refuses, without its full stop. */
export function variableNameFault(name: string): string {
  if (name === "") return "a variable needs a name";
  const tooLong = name.length > maxNameLength ? `, at most ${maxNameLength} of them` : "";
  return `"${name.slice(0, 60)}" isn't a valid name (letters, digits, _, . and -${tooLong}, starting with a letter or _)`;
}

const maxVariableLength = 32_768;

/** The end of a sentence about a value that cannot be stored, or null. */
export function variableValueFault(value: string): string | null {
  if (value.length > maxVariableLength) return "is longer than 32,768 characters";
  return value.includes("\0") ? "has a NUL character, which environment variables can't hold" : null;
}
