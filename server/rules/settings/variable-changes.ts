import type { VariableEntry, VariableHolder } from "../../model/values/variable.ts";
import { namesText } from "../wording/change-text.ts";
import { isSecretByDefault } from "./variable-secrecy.ts";

type Marks = Readonly<Record<string, boolean>>;
type Known = Pick<VariableEntry, "name" | "value" | "isWriteOnly">;

/**
 * Why variables cannot be made readable, as a sentence without its full stop. Null when they can. What nobody could read
 * stays unreadable, so a user who wants to see its value has to set it again.
 */
export function secrecyFault(
  known: readonly Known[],
  asked: { readonly set: Readonly<Record<string, string>>; readonly secret: Marks; readonly writeOnly: Marks },
): string | null {
  const isKept = (name: string) => !Object.hasOwn(asked.set, name);
  const blind = known.find(({ name, value }) => value === null && asked.secret[name] === false && isKept(name));
  if (blind) return `${blind.name} is secret: enter its value again to make it visible`;
  const closed = known.find(({ name, isWriteOnly }) => isWriteOnly && asked.writeOnly[name] === false && isKept(name));
  return closed ? `${closed.name} is write-only: enter its value again so that it can be revealed` : null;
}

/** Decides which new variables are secret where nobody said so. Existing ones keep their mark. */
export function secrecyByDefault(
  known: readonly Pick<VariableEntry, "name" | "value">[],
  set: Readonly<Record<string, string>>,
): Marks {
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
  readonly secret: Marks;
  readonly writeOnly: Marks;
}): readonly string[] {
  return [
    ...new Set([
      ...Object.keys(change.set),
      ...change.unset,
      ...Object.keys(change.atBuild),
      ...Object.keys(change.secret),
      ...Object.keys(change.writeOnly),
    ]),
  ];
}

/** What a change does to the variables of its holder, by their names, for the activity log. */
export function variableChangeText(
  known: readonly VariableEntry[],
  asked: Parameters<typeof namesIn>[0],
  holder: VariableHolder,
): string {
  const held = new Set(known.filter(({ from }) => from === holder).map(({ name }) => name));
  const removed = asked.unset.filter((name) => held.has(name) && !Object.hasOwn(asked.set, name));
  const others = namesIn(asked).filter((name) => !asked.unset.includes(name) || Object.hasOwn(asked.set, name));
  return namesText({
    added: others.filter((name) => !held.has(name) && Object.hasOwn(asked.set, name)),
    changed: others.filter((name) => held.has(name)),
    removed,
  });
}
