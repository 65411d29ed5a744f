import type { Session } from "../postgres/connection.ts";

/** What a copy of the database must know besides the rows. It is small, and comes first. */
export interface DatabaseLayout {
  /** The hash of the newest migration that was applied. */
  readonly migration: string;
  readonly tables: readonly CopiedTable[];
  /** Where ids go on. A sequence that was never used is left out. */
  readonly sequences: readonly { readonly name: string; readonly value: string }[];
}

export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

export const appliedMigration = async (session: Session): Promise<string | null> => {
  const [row] = await session<{ hash: string }[]>`
    select hash from drizzle.__drizzle_migrations order by created_at desc limit 1`;
  return row?.hash ?? null;
};

/** `names` are Baton's tables, since the database may hold others. Generated columns are made again. */
export async function readLayout(session: Session, names: readonly string[]): Promise<DatabaseLayout> {
  const migration = await appliedMigration(session);
  if (migration === null) throw new Error("The database has no tables of Baton yet");
  const tables = await session<{ name: string; columns: string[] }[]>`
    select table_name as name, json_agg(column_name order by ordinal_position) as columns
    from information_schema.columns
    where table_schema = 'public' and table_name in ${session(names)} and is_generated = 'NEVER'
    group by table_name order by table_name`;
  const sequences = await session<{ name: string; value: string }[]>`
    select sequencename::text as name, last_value::text as value
    from pg_sequences
    join pg_class as sequence on sequence.relname = sequencename and sequence.relnamespace = 'public'::regnamespace
    join pg_depend on pg_depend.objid = sequence.oid and pg_depend.deptype in ('a', 'i')
    join pg_class as owner on owner.oid = pg_depend.refobjid
    where schemaname = 'public' and last_value is not null and owner.relname in ${session(names)}
    order by 1`;
  return { migration, tables: [...tables], sequences: [...sequences] };
}
