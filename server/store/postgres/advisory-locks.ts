import { sql } from "drizzle-orm";
import type { Queries } from "./database.ts";

/**
 * "BATN": the first half of every advisory lock's key, so that our locks clash with nobody else's in a shared database.
 */
export const lockSpace = 0x4241544e;

export const locks = {
  /** Held for as long as a server works on the database. */
  server: 1,
  migrate: 2,
  /** Held to change how many deployments are building, or whether an installation has one running. */
  claim: 3,
  leases: 4,
  domains: 5,
  access: 6,
  /** Shared by transactions that seal secrets; held alone to change which key is current. */
  key: 7,
  /** Held while Baton itself is backed up, by the server or by `npm run backup`. */
  backup: 8,
} as const;

/** Waits for the lock, which is released with the transaction. */
export async function lock(tx: Queries, name: keyof typeof locks): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${lockSpace}::int, ${locks[name]}::int)`);
}

/** Waits for the lock, which others may share. It is released with the transaction. */
export async function lockShared(tx: Queries, name: keyof typeof locks): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock_shared(${lockSpace}::int, ${locks[name]}::int)`);
}

/**
 * Waits for the lock for a moment only, so that a deadlock ends at once. A transaction that did not get it is tried
 * again by `Database.write`.
 */
export async function lockBriefly(tx: Queries, name: keyof typeof locks): Promise<void> {
  await tx.execute(sql`set local lock_timeout = 200`);
  await lock(tx, name);
  await tx.execute(sql`set local lock_timeout to default`);
}
