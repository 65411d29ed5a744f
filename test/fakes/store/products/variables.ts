import type { EnvironmentId, InstallationId, ProductId } from "../../../../server/model/names/ids.ts";
import { holdsReference } from "../../../../server/model/values/reference.ts";
import {
  type VariableEntry,
  type VariableHolder,
  variableNamePattern,
} from "../../../../server/model/values/variable.ts";
import type { RefuseVariables, VariableScope } from "../../../../server/model/values/variable-scope.ts";
import type { VariableMarks } from "../../../../server/ports/store/products.ts";
import type { FakeRows, VariableRow } from "../rows.ts";

type Holder = InstallationId | ProductId | EnvironmentId;

/** The variables of all the holders, as they may be shown, sorted by name. Later holders take precedence. */
export function variableEntries(rows: FakeRows, holders: readonly Holder[]): readonly VariableEntry[] {
  const from = (name: string) =>
    kindOf(
      rows,
      holders.findLast((one) => rows.variables.get(one)?.has(name)),
    );
  return [...merged(rows, holders)].map(([name, { value, secret, writeOnly, atBuild }]) => ({
    name,
    value: secret ? null : value,
    atBuild,
    isWriteOnly: writeOnly,
    from: from(name),
  }));
}

function kindOf(rows: FakeRows, holder: Holder | undefined): VariableHolder {
  if (rows.products.has(holder as ProductId)) return "product";
  return rows.environments.has(holder as EnvironmentId) ? "environment" : "installation";
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
  { atBuild = {}, secret = {}, writeOnly = {} }: VariableMarks = {},
): void {
  for (const name of Object.keys(set))
    if (!variableNamePattern.test(name)) throw new Error("The database refused a statement: variables_name");
  const own = new Map(rows.variables.get(holder));
  for (const name of unset) own.delete(name);
  for (const [name, value] of Object.entries(set))
    own.set(name, { ...(own.get(name) ?? { atBuild: null, secret: true, writeOnly: false }), value });
  for (const [name, row] of own) {
    const marked = Object.hasOwn(atBuild, name) ? (atBuild[name] ?? null) : row.atBuild;
    // A secret becomes visible only with a new value.
    const isSaid = Object.hasOwn(secret, name) && (secret[name] === true || Object.hasOwn(set, name));
    const isSecret = isSaid ? secret[name] === true : row.secret;
    const isWriteOnlySaid = Object.hasOwn(writeOnly, name) && (writeOnly[name] === true || Object.hasOwn(set, name));
    const isWriteOnly = isWriteOnlySaid ? writeOnly[name] === true : row.writeOnly && isSecret;
    own.set(name, { ...row, atBuild: marked, secret: isSecret || isWriteOnly, writeOnly: isWriteOnly });
  }
  rows.variables.set(holder, own);
}

/** Changes variables unless `refuse` objects to the scopes that result. */
export function changeChecked(
  rows: FakeRows,
  holder: Holder,
  change: () => void,
  scopes: () => readonly VariableScope[],
  refuse: RefuseVariables | undefined,
): string | null {
  const before = rows.variables.get(holder);
  change();
  const sentence = refuse?.(scopes()) ?? null;
  if (sentence === null) return null;
  if (before) rows.variables.set(holder, before);
  else rows.variables.delete(holder);
  return sentence;
}

/** The product comes after the environment and before the installation, which override it. */
export function holdersOf(rows: FakeRows, id: InstallationId): readonly Holder[] {
  const installation = rows.installations.get(id);
  return installation ? [installation.environmentId, installation.productId, id] : [id];
}

/** The scope holds every product of the environment, which is more than is referred to. */
export function scopeOf(rows: FakeRows, id: InstallationId): VariableScope {
  const installation = rows.installations.get(id);
  const environment = installation && rows.environments.get(installation.environmentId);
  if (!installation || !environment) throw new Error(`there is no installation ${id}`);
  const slug = rows.products.get(installation.productId)?.slug ?? "";
  return { product: slug, environment: environment.name, products: productsIn(rows, environment.id) };
}

export function sharedScopeOf(rows: FakeRows, id: EnvironmentId): VariableScope {
  const products = new Map(productsIn(rows, id)).set("", scoped(rows, [id]));
  return { product: "", environment: rows.environments.get(id)?.name ?? "", products };
}

function productsIn(rows: FakeRows, id: EnvironmentId): VariableScope["products"] {
  const there = [...rows.installations.values()].filter(
    (one) =>
      one.environmentId === id && !rows.deletedProducts.has(one.productId) && !rows.deletedInstallations.has(one.id),
  );
  return new Map(
    there.map((one) => [rows.products.get(one.productId)?.slug ?? "", scoped(rows, holdersOf(rows, one.id))]),
  );
}

function scoped(rows: FakeRows, holders: readonly Holder[]) {
  return new Map(
    [...merged(rows, holders)].map(([name, { value, secret, atBuild }]) => [
      name,
      { value, isSecret: secret, refers: holdsReference(value), atBuild },
    ]),
  );
}
