import type { VariableEntry } from "../../model/values/variable.ts";
import { isSecretByDefault } from "./variable-secrecy.ts";

type Secrecy = Readonly<Record<string, boolean>>;
type Known = Pick<VariableEntry, "name" | "value">;

/**
 * Why variables cannot be made visible, as a sentence without its full stop. Null when they can. A secret stays
 * unreadable, so a user who wants to see its value has to set it again.
 */
export function secrecyFault(
  known: readonly Known[],
  asked: { readonly set: Readonly<Record<string, string>>; readonly secret: Secrecy },
): string | null {
  const hidden = known.filter(({ value }) => value === null).map(({ name }) => name);
  const blind = hidden.find((name) => asked.secret[name] === false && !Object.hasOwn(asked.set, name));
  return blind === undefined ? null : `${blind} is secret: enter its value again to make it visible`;
}

/** Decides which new variables are secret where nobody said so. Existing ones keep their mark. */
export function secrecyByDefault(known: readonly Known[], set: Readonly<Record<string, string>>): Secrecy {
  const before = new Map(known.map(({ name, value }) => [name, value === null]));
  return Object.fromEntries(
    Object.entries(set).map(([name, value]) => [name, before.get(name) ?? isSecretByDefault(name, value)]),
  );
}

/** The names in a change, without duplicates. */
export function namesIn(change: {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  readonly atBuild: Readonly<Record<string, boolean | null>>;
  readonly secret: Secrecy;
}): readonly string[] {
  return [
    ...new Set([
      ...Object.keys(change.set),
      ...change.unset,
      ...Object.keys(change.atBuild),
      ...Object.keys(change.secret),
    ]),
  ];
}
