import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { EnvironmentId, InstallationId, ProductId } from "../../model/names/ids.ts";
import { holdsReference } from "../../model/values/reference.ts";
import type { VariableEntry, VariableHolder } from "../../model/values/variable.ts";
import type { VariableMarks } from "../../ports/store/products.ts";
import type { SecretOwner, Secrets } from "../keys/secrets.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { installations } from "../schema/deployments.ts";
import { environmentVariables, productVariables, variables } from "../schema/user-settings.ts";

/**
 * The owner of variables: one installation; a product, whose variables all of its installations get; or an environment,
 * whose variables all installations in it get.
 */
export type Holder =
  | { readonly installation: InstallationId }
  | { readonly product: ProductId }
  | { readonly environment: EnvironmentId };

export interface StoredVariable {
  readonly name: string;
  readonly value: Buffer;
  readonly atBuild: boolean | null;
  readonly secret: boolean;
  readonly writeOnly: boolean;
  readonly refers: boolean;
  readonly from: VariableHolder;
  readonly owner: SecretOwner;
}

interface VariableTable {
  readonly table: typeof variables | typeof productVariables | typeof environmentVariables;
  readonly id: AnyPgColumn;
  readonly kind: SecretOwner["kind"];
}

const tables: Readonly<Record<VariableHolder, VariableTable>> = {
  installation: { table: variables, id: variables.installationId, kind: "variable" },
  product: { table: productVariables, id: productVariables.productId, kind: "product variable" },
  environment: { table: environmentVariables, id: environmentVariables.environmentId, kind: "environment variable" },
};

/** The variables of the environment, overridden by those of the product, overridden by those of the installation. */
export async function mergedVariables(
  queries: Queries,
  installation: InstallationId,
): Promise<readonly StoredVariable[]> {
  return (await mergedVariablesOf(queries, [installation])).get(installation) ?? [];
}

/** The same for several installations. One that does not exist is left out. */
export async function mergedVariablesOf(
  queries: Queries,
  ids: readonly InstallationId[],
): Promise<ReadonlyMap<InstallationId, readonly StoredVariable[]>> {
  // What is asked at once is one message to the database.
  const [places, own] = await Promise.all([
    queries
      .select({ id: installations.id, product: installations.productId, environment: installations.environmentId })
      .from(installations)
      .where(inArray(installations.id, [...ids])),
    variablesOfAll(queries, "installation", ids),
  ]);
  const [ofEnvironments, ofProducts] = await Promise.all([
    variablesOfAll(queries, "environment", [...new Set(places.map(({ environment }) => environment))]),
    variablesOfAll(queries, "product", [...new Set(places.map(({ product }) => product))]),
  ]);
  return new Map(
    places.map(({ id, product, environment }) => {
      const layers = [ofEnvironments.get(environment), ofProducts.get(product), own.get(id)];
      return [id, merge(layers.map((layer) => layer ?? []))];
    }),
  );
}

/** Later layers win. A variable that does not say whether builds get it goes by the layer below. */
function merge(layers: readonly (readonly StoredVariable[])[]): readonly StoredVariable[] {
  const merged = new Map<string, StoredVariable>();
  for (const row of layers.flat())
    merged.set(row.name, { ...row, atBuild: row.atBuild ?? merged.get(row.name)?.atBuild ?? null });
  return [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function variablesOf(queries: Queries, holder: Holder): Promise<readonly StoredVariable[]> {
  const { from, id } = named(holder);
  return (await variablesOfAll(queries, from, [id])).get(id) ?? [];
}

/** Variables of several holders of one kind. One without variables is left out. */
export async function variablesOfAll<Id extends number>(
  queries: Queries,
  from: VariableHolder,
  ids: readonly Id[],
): Promise<ReadonlyMap<Id, readonly StoredVariable[]>> {
  const { table, id } = tables[from];
  const { name, value, atBuild, secret, writeOnly, refers } = table;
  const rows = await queries
    .select({ id: sql<number>`${id}`.mapWith(Number), name, value, atBuild, secret, writeOnly, refers })
    .from(table)
    .where(inArray(id, [...ids]))
    .orderBy(asc(name));
  const groups = new Map<Id, StoredVariable[]>();
  for (const { id: of, ...row } of rows) {
    const group = groups.get(of as Id) ?? [];
    groups.set(of as Id, group);
    group.push({ ...row, from, owner: ownerOf({ from, id: of }, row.name) });
  }
  return groups;
}

export function namesOf(rows: readonly StoredVariable[]): readonly string[] {
  return rows.map(({ name }) => name);
}

export function openAll(rows: readonly StoredVariable[], secrets: Secrets): Readonly<Record<string, string>> {
  return Object.fromEntries(rows.map(({ name, value, owner }) => [name, secrets.open(owner, value)]));
}

/** The variables whose values may be shown. */
export function visibleOnes(rows: readonly StoredVariable[]): readonly StoredVariable[] {
  return rows.filter(({ secret }) => !secret);
}

export function entriesOf(rows: readonly StoredVariable[], secrets: Secrets): readonly VariableEntry[] {
  return rows.map(({ name, value, atBuild, secret, writeOnly, from, owner }) => ({
    name,
    value: secret ? null : secrets.open(owner, value),
    atBuild,
    isWriteOnly: writeOnly,
    from,
  }));
}

/** The variables that say whether a build gets them; the name decides for the others. */
export function buildMarksOf(rows: readonly StoredVariable[]): Readonly<Record<string, boolean>> {
  return Object.fromEntries(rows.flatMap(({ name, atBuild }) => (atBuild === null ? [] : [[name, atBuild]])));
}

export async function changeVariables(
  { tx }: Transaction,
  secrets: Secrets,
  holder: Holder,
  set: Readonly<Record<string, string>>,
  unset: readonly string[],
  { atBuild = {}, secret = {}, writeOnly = {} }: VariableMarks = {},
): Promise<void> {
  const place = named(holder);
  const { table, id } = tables[place.from];
  const these = (names: readonly string[]) => and(eq(id, place.id), inArray(table.name, [...names]));
  const marked = (marks: Readonly<Record<string, boolean | null>>, mark: boolean | null) =>
    Object.keys(marks).filter((name) => marks[name] === mark);
  const isSet = (name: string) => Object.hasOwn(set, name);
  if (unset.length > 0) await tx.delete(table).where(these(unset));
  const seal = await secrets.sealing(tx);
  await upsert(
    tx,
    place,
    // Sorted, so that two changes at once wait for each other instead of deadlocking.
    Object.entries(set)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value: seal(ownerOf(place, name), value), refers: holdsReference(value) })),
  );
  const mark = async (names: readonly string[], columns: Partial<typeof variables.$inferInsert>) => {
    if (names.length > 0) await tx.update(table).set(columns).where(these(names));
  };
  for (const is of [true, false, null]) await mark(marked(atBuild, is), { atBuild: is });
  await mark(marked(secret, true), { secret: true });
  await mark(marked(secret, false).filter(isSet), { secret: false, writeOnly: false });
  await mark(marked(writeOnly, true), { secret: true, writeOnly: true });
  await mark(marked(writeOnly, false).filter(isSet), { writeOnly: false });
}

async function upsert(
  tx: Queries,
  { from, id }: Place,
  rows: readonly { readonly name: string; readonly value: Buffer; readonly refers: boolean }[],
): Promise<void> {
  if (rows.length === 0) return;
  const set = { value: sql`excluded.value`, refers: sql`excluded.refers` };
  const { table } = tables[from];
  const target = [tables[from].id, table.name];
  switch (from) {
    case "installation": {
      const values = rows.map((row) => ({ ...row, installationId: id as InstallationId }));
      await tx.insert(variables).values(values).onConflictDoUpdate({ target, set });
      return;
    }
    case "product": {
      const values = rows.map((row) => ({ ...row, productId: id as ProductId }));
      await tx.insert(productVariables).values(values).onConflictDoUpdate({ target, set });
      return;
    }
    case "environment": {
      const values = rows.map((row) => ({ ...row, environmentId: id as EnvironmentId }));
      await tx.insert(environmentVariables).values(values).onConflictDoUpdate({ target, set });
      return;
    }
  }
}

interface Place {
  readonly from: VariableHolder;
  readonly id: number;
}

function named(holder: Holder): Place {
  if ("installation" in holder) return { from: "installation", id: holder.installation };
  return "product" in holder
    ? { from: "product", id: holder.product }
    : { from: "environment", id: holder.environment };
}

/** Contains the name, so that two values of one holder cannot be swapped either. */
function ownerOf({ from, id }: Place, name: string): SecretOwner {
  return { kind: tables[from].kind, id: `${id} ${name}` };
}
