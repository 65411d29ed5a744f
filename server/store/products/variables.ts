import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { InstallationId, ProductId } from "../../model/names/ids.ts";
import type { VariableEntry } from "../../model/values/variable.ts";
import type { VariableMarks } from "../../ports/store/products.ts";
import type { SecretOwner, Secrets } from "../keys/secrets.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { installations } from "../schema/deployments.ts";
import { productVariables, variables } from "../schema/user-settings.ts";

/** The owner of variables: one installation, or a product, whose variables all of its installations get. */
export type Holder = { readonly installation: InstallationId } | { readonly product: ProductId };

interface Row {
  readonly name: string;
  readonly value: Buffer;
  readonly atBuild: boolean | null;
  readonly secret: boolean;
  readonly owner: SecretOwner;
}

/** The variables of a product, overridden by those of the installation. */
export async function mergedVariables(queries: Queries, installation: InstallationId): Promise<readonly Row[]> {
  return (await mergedVariablesOf(queries, [installation])).get(installation) ?? [];
}

/** The same for several installations. One that does not exist is left out. */
export async function mergedVariablesOf(
  queries: Queries,
  ids: readonly InstallationId[],
): Promise<ReadonlyMap<InstallationId, readonly Row[]>> {
  const places = await queries
    .select({ id: installations.id, product: installations.productId })
    .from(installations)
    .where(inArray(installations.id, [...ids]));
  const [shared, own] = [
    await variablesOfProducts(queries, [...new Set(places.map(({ product }) => product))]),
    await variablesOfInstallations(queries, ids),
  ];
  return new Map(places.map(({ id, product }) => [id, merge(shared.get(product) ?? [], own.get(id) ?? [])]));
}

function merge(shared: readonly Row[], own: readonly Row[]): readonly Row[] {
  const merged = new Map(shared.map((row) => [row.name, row]));
  for (const row of own)
    merged.set(row.name, { ...row, atBuild: row.atBuild ?? merged.get(row.name)?.atBuild ?? null });
  return [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function variablesOf(queries: Queries, holder: Holder): Promise<readonly Row[]> {
  if ("product" in holder) return (await variablesOfProducts(queries, [holder.product])).get(holder.product) ?? [];
  return (await variablesOfInstallations(queries, [holder.installation])).get(holder.installation) ?? [];
}

/** A product without variables is left out. */
export async function variablesOfProducts(
  queries: Queries,
  ids: readonly ProductId[],
): Promise<ReadonlyMap<ProductId, readonly Row[]>> {
  const { productId: id, name, value, atBuild, secret } = productVariables;
  const rows = await queries
    .select({ id, name, value, atBuild, secret })
    .from(productVariables)
    .where(inArray(id, [...ids]))
    .orderBy(asc(name));
  return grouped(rows, (product) => ({ product }));
}

async function variablesOfInstallations(
  queries: Queries,
  ids: readonly InstallationId[],
): Promise<ReadonlyMap<InstallationId, readonly Row[]>> {
  const { installationId: id, name, value, atBuild, secret } = variables;
  const rows = await queries
    .select({ id, name, value, atBuild, secret })
    .from(variables)
    .where(inArray(id, [...ids]))
    .orderBy(asc(name));
  return grouped(rows, (installation) => ({ installation }));
}

function grouped<Id extends InstallationId | ProductId>(
  rows: readonly (Omit<Row, "owner"> & { readonly id: Id })[],
  holderOf: (id: Id) => Holder,
): ReadonlyMap<Id, readonly Row[]> {
  const groups = new Map<Id, Row[]>();
  for (const { id, ...row } of rows) {
    const group = groups.get(id) ?? [];
    groups.set(id, group);
    group.push({ ...row, owner: ownerOf(holderOf(id), row.name) });
  }
  return groups;
}

export function namesOf(rows: readonly Row[]): readonly string[] {
  return rows.map(({ name }) => name);
}

export function openAll(rows: readonly Row[], secrets: Secrets): Readonly<Record<string, string>> {
  return Object.fromEntries(rows.map(({ name, value, owner }) => [name, secrets.open(owner, value)]));
}

/** The variables whose values may be shown. */
export function visibleOnes(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ secret }) => !secret);
}

export function entriesOf(rows: readonly Row[], secrets: Secrets): readonly VariableEntry[] {
  return rows.map(({ name, value, atBuild, secret, owner }) => ({
    name,
    value: secret ? null : secrets.open(owner, value),
    atBuild,
    isShared: owner.kind === "product variable",
  }));
}

/** The variables that say whether a build gets them; the name decides for the others. */
export function buildMarksOf(rows: readonly Row[]): Readonly<Record<string, boolean>> {
  return Object.fromEntries(rows.flatMap(({ name, atBuild }) => (atBuild === null ? [] : [[name, atBuild]])));
}

export async function changeVariables(
  { tx }: Transaction,
  secrets: Secrets,
  holder: Holder,
  set: Readonly<Record<string, string>>,
  unset: readonly string[],
  { atBuild = {}, secret = {} }: VariableMarks = {},
): Promise<void> {
  const { table, isTheirs } = whereOf(holder);
  const named = (names: readonly string[]) => and(isTheirs, inArray(table.name, [...names]));
  if (unset.length > 0) await tx.delete(table).where(named(unset));
  const seal = await secrets.sealing(tx);
  await upsert(
    tx,
    holder,
    // Sorted, so that two changes at once wait for each other instead of deadlocking.
    Object.entries(set)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value: seal(ownerOf(holder, name), value) })),
  );
  for (const mark of [true, false, null]) {
    const names = Object.keys(atBuild).filter((name) => atBuild[name] === mark);
    if (names.length > 0) await tx.update(table).set({ atBuild: mark }).where(named(names));
  }
  for (const mark of [true, false]) {
    const names = Object.keys(secret).filter((name) => secret[name] === mark && (mark || Object.hasOwn(set, name)));
    if (names.length > 0) await tx.update(table).set({ secret: mark }).where(named(names));
  }
}

async function upsert(
  tx: Queries,
  holder: Holder,
  rows: readonly { readonly name: string; readonly value: Buffer }[],
): Promise<void> {
  if (rows.length === 0) return;
  const overwrite = { value: sql`excluded.value` };
  if ("product" in holder) {
    await tx
      .insert(productVariables)
      .values(rows.map((row) => ({ ...row, productId: holder.product })))
      .onConflictDoUpdate({ target: [productVariables.productId, productVariables.name], set: overwrite });
  } else {
    await tx
      .insert(variables)
      .values(rows.map((row) => ({ ...row, installationId: holder.installation })))
      .onConflictDoUpdate({ target: [variables.installationId, variables.name], set: overwrite });
  }
}

function whereOf(holder: Holder) {
  return "product" in holder
    ? { table: productVariables, isTheirs: eq(productVariables.productId, holder.product) }
    : { table: variables, isTheirs: eq(variables.installationId, holder.installation) };
}

/** Contains the name, so that two values of one holder cannot be swapped either. */
function ownerOf(holder: Holder, name: string): SecretOwner {
  return "product" in holder
    ? { kind: "product variable", id: `${holder.product} ${name}` }
    : { kind: "variable", id: `${holder.installation} ${name}` };
}
