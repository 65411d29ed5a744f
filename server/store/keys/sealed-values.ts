import { and, isNotNull, type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { Queries } from "../postgres/database.ts";
import { identityProviders, users } from "../schema/access.ts";
import { backupSettings } from "../schema/backups.ts";
import { deployments } from "../schema/deployments.ts";
import { environmentVariables, productVariables, variables } from "../schema/user-settings.ts";
import { sources } from "../schema/webhooks.ts";
import { keyIdPlace, type SecretOwner } from "./secrets.ts";

/** A sealed value that another than the current key sealed. */
export interface SealedValue {
  readonly owner: SecretOwner;
  readonly sealed: Buffer;
  replaceWith(tx: Queries, sealed: Buffer): Promise<void>;
}

export type SealedKind = Exclude<SecretOwner["kind"], "key check">;

interface SealedColumn {
  readonly column: AnyPgColumn;
  /** The columns that identify a row; their values, joined by spaces, are the owner's id. */
  readonly key: readonly [AnyPgColumn, ...AnyPgColumn[]];
  /** A document holds its sealed text in base64, under the first of these two names that it has. */
  readonly fields?: readonly [string, string];
}

/** Every column that holds sealed values, by kind. Rotation and the check for a lost key rely on it. */
export const sealedColumns: Readonly<Record<SealedKind, SealedColumn>> = {
  variable: { column: variables.value, key: [variables.installationId, variables.name] },
  "product variable": { column: productVariables.value, key: [productVariables.productId, productVariables.name] },
  "environment variable": {
    column: environmentVariables.value,
    key: [environmentVariables.environmentId, environmentVariables.name],
  },
  spec: { column: deployments.spec, key: [deployments.id], fields: ["sealed", "variables"] },
  "webhook secret": { column: sources.webhookSecret, key: [sources.productId] },
  "repository token": { column: sources.token, key: [sources.productId] },
  "deploy key": { column: sources.privateKey, key: [sources.productId] },
  "totp secret": { column: users.totpSecret, key: [users.id] },
  "client secret": { column: identityProviders.clientSecret, key: [identityProviders.id] },
  "backup place secret": { column: backupSettings.placeSecret, key: [backupSettings.id] },
  "backup identity": { column: backupSettings.identity, key: [backupSettings.id] },
};

export const sealedKinds = Object.keys(sealedColumns) as readonly SealedKind[];

export async function holdsSealedValues(queries: Queries): Promise<boolean> {
  for (const { column } of Object.values(sealedColumns)) {
    if ((await queries.$count(column.table, isNotNull(column))) > 0) return true;
  }
  return false;
}

/** The ids of the keys that values of this kind are sealed with. */
export async function keyIdsOf(queries: Queries, kind: SealedKind): Promise<readonly string[]> {
  const { column } = sealedColumns[kind];
  const id = sql`encode(${keyIdOf(sealedColumns[kind])}, 'hex')`;
  const rows = await queries.execute<{ id: string }>(
    sql`select distinct ${id} as id from ${column.table} where ${isNotNull(column)}`,
  );
  return rows.map(({ id }) => id);
}

/**
 * Locks and returns the next values that another key sealed, in the order of their rows. `after` is the owner's key
 * that the former call ended with.
 */
export async function lockForeignValues(
  tx: Queries,
  kind: SealedKind,
  {
    currentId,
    after,
    limit,
  }: { readonly currentId: string; readonly after: readonly string[] | null; readonly limit: number },
): Promise<readonly (SealedValue & { readonly key: readonly string[] })[]> {
  const place = sealedColumns[kind];
  const { column, key } = place;
  const columns = sql.join([...key], sql`, `);
  const isForeign = sql`${keyIdOf(place)} <> decode(${currentId}, 'hex')`;
  const isNext =
    after &&
    sql`(${columns}) > (${sql.join(
      after.map((value, index) => sql`${value}::${sql.raw(key[index]?.getSQLType() ?? "text")}`),
      sql`, `,
    )})`;
  const named = key.map((one) => sql`${one}::text as ${sql.identifier(one.name)}`);
  const rows = await tx.execute<{ [name: string]: string } & { sealed: Buffer }>(sql`
    select ${sql.join(named, sql`, `)}, ${sealedIn(place)} as sealed
    from ${column.table} where ${and(isNotNull(column), isForeign, isNext ?? undefined)}
    order by ${columns} limit ${limit} for no key update`);
  return rows.map((row) => {
    const values = key.map(({ name }) => row[name] ?? "");
    return {
      key: values,
      owner: { kind, id: values.join(" ") },
      sealed: row.sealed,
      replaceWith: (queries, sealed) => replace(queries, place, values, sealed),
    };
  });
}

async function replace(tx: Queries, place: SealedColumn, key: readonly string[], sealed: Buffer): Promise<void> {
  const { column } = place;
  const isIt = and(...place.key.map((one, index) => sql`${one} = ${key[index] ?? ""}::${sql.raw(one.getSQLType())}`));
  const value = place.fields
    ? sql`jsonb_set(${column}, array[${fieldOf(place, place.fields)}], to_jsonb(${sealed.toString("base64")}::text))`
    : sql`${sealed}::bytea`;
  await tx.execute(sql`update ${column.table} set ${sql.identifier(column.name)} = ${value} where ${isIt}`);
}

function sealedIn(place: SealedColumn): SQL {
  return place.fields
    ? sql`decode(${place.column} ->> ${fieldOf(place, place.fields)}, 'base64')`
    : sql`${place.column}`;
}

/** Of a document, only the first characters are decoded: eight of base64 are six bytes. */
function keyIdOf(place: SealedColumn): SQL {
  const start = place.fields
    ? sql`decode(left(${place.column} ->> ${fieldOf(place, place.fields)}, 8), 'base64')`
    : sql`${place.column}`;
  return sql`substring(${start} from ${sql.raw(String(keyIdPlace.at + 1))} for ${sql.raw(String(keyIdPlace.bytes))})`;
}

function fieldOf({ column }: SealedColumn, fields: readonly [string, string]): SQL {
  const [first, second] = fields;
  return sql`case when ${column} ? ${first}::text then ${first}::text else ${second}::text end`;
}
