import type { InstallationId, ProductId } from "../../../../server/model/names/ids.ts";
import { type VariableEntry, variableNamePattern } from "../../../../server/model/values/variable.ts";
import type { VariableMarks } from "../../../../server/ports/store/products.ts";
import type { FakeRows, VariableRow } from "../rows.ts";

type Holder = InstallationId | ProductId;

/** The variables of all the holders, as they may be shown, sorted by name. Later holders take precedence. */
export function variableEntries(rows: FakeRows, holders: readonly Holder[]): readonly VariableEntry[] {
  const last = holders.at(-1);
  return [...merged(rows, holders)].map(([name, { value, secret, atBuild }]) => ({
    name,
    value: secret ? null : value,
    atBuild,
    isShared: last === undefined || rows.variables.get(last)?.has(name) !== true,
  }));
}

export function variablesOf(rows: FakeRows, holders: readonly Holder[]): Readonly<Record<string, string>> {
  return Object.fromEntries([...merged(rows, holders)].map(([name, { value }]) => [name, value]));
}

export function buildMarks(entries: readonly VariableEntry[]): Readonly<Record<string, boolean>> {
  return Object.fromEntries(entries.flatMap(({ name, atBuild }) => (atBuild === null ? [] : [[name, atBuild]])));
}

function merged(rows: FakeRows, holders: readonly Holder[]): ReadonlyMap<string, VariableRow> {
  const all = new Map<string, VariableRow>();
  for (const holder of holders)
    for (const [name, row] of rows.variables.get(holder) ?? [])
      all.set(name, { ...row, atBuild: row.atBuild ?? all.get(name)?.atBuild ?? null });
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function changeVariables(
  rows: FakeRows,
  holder: Holder,
  set: Readonly<Record<string, string>>,
  unset: readonly string[],
  { atBuild = {}, secret = {} }: VariableMarks = {},
): void {
  for (const name of Object.keys(set))
    if (!variableNamePattern.test(name)) throw new Error("The database refused a statement: variables_name");
  const own = new Map(rows.variables.get(holder));
  for (const name of unset) own.delete(name);
  for (const [name, value] of Object.entries(set))
    own.set(name, { ...(own.get(name) ?? { atBuild: null, secret: true }), value });
  for (const [name, row] of own) {
    const marked = Object.hasOwn(atBuild, name) ? (atBuild[name] ?? null) : row.atBuild;
    // A secret becomes visible only with a new value.
    const isSaid = Object.hasOwn(secret, name) && (secret[name] === true || Object.hasOwn(set, name));
    own.set(name, { ...row, atBuild: marked, secret: isSaid ? secret[name] === true : row.secret });
  }
  rows.variables.set(holder, own);
}
