import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { PgDatabase } from "drizzle-orm/pg-core";
import { drizzle, type PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import type { DeploymentId } from "../../model/names/ids.ts";
import { connectionError, type Session } from "./connection.ts";
import { faultOf, isConnectionLost, outwardError } from "./database-error.ts";
import type { SessionPool } from "./session-pool.ts";

/** Runs statements: a session, or a transaction in it. */
export type Queries = PgDatabase<PostgresJsQueryResultHKT>;

export interface Transaction {
  readonly tx: Queries;
  /** Wakes the deployment's subscribers once this is committed. */
  announce(deployment: DeploymentId): void;
}

/**
 * The only place where statements are retried and where the database's errors become the store's. Both methods reject
 * with StoreUnavailable when the database stays away.
 */
export interface Database {
  /** Runs statements that write nothing, so they are safe to repeat. */
  read<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /**
   * Runs one transaction, which is committed once. `work` may run several times, each time in a new transaction after
   * the previous one was rolled back, so it must touch nothing but the transaction.
   */
  write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/** A restart of the database takes a second or two; a person waits this long without wondering. */
const patienceMs = 5_000;
const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** `onWritten` is called after each commit that changed something, and after one whose outcome is not known. */
export function createDatabase(
  pool: SessionPool,
  announce: (deployment: DeploymentId) => void,
  onWritten = () => {},
): Database {
  /** A Drizzle learns the names of all tables anew. */
  const known = new WeakMap<Session, SessionQueries>();
  const inSession = <T>(work: (queries: SessionQueries) => Promise<T>) =>
    pool.use((session) => {
      const queries = known.get(session) ?? queriesIn(session);
      known.set(session, queries);
      return work(queries);
    });

  return {
    read: (work) => withPatience(() => inSession(work)),

    async write<T>(work: (transaction: Transaction) => Promise<T>) {
      const announced = new Set<DeploymentId>();
      let unsure: Finished<T> | null = null;

      const { value, xid } = await withPatience(() =>
        inSession(async (session) => {
          if (unsure && (await wasCommitted(session, unsure.xid))) return unsure;
          unsure = null;
          let finished: Finished<T> | null = null;
          try {
            return await session.transaction(async (tx) => {
              const value = await work({ tx, announce: (deployment) => announced.add(deployment) });
              finished = { value, xid: await transactionId(tx) };
              return finished;
            });
          } catch (error) {
            // A connection lost before the commit was sent means a rollback; after that, only the database can tell.
            if (isConnectionLost(error)) unsure = finished;
            throw error;
          }
        }),
      ).catch((error: unknown) => {
        // It may have been committed all the same.
        onWritten();
        throw error;
      });

      if (xid !== null) onWritten();
      for (const deployment of announced) announce(deployment);
      return value;
    },
  };
}

const queriesIn = (session: Session) => drizzle(session);
type SessionQueries = ReturnType<typeof queriesIn>;

interface Finished<T> {
  readonly value: T;
  /** Null when the transaction wrote nothing, so that it may run again. */
  readonly xid: string | null;
}

async function transactionId(tx: Queries): Promise<string | null> {
  const [row] = await tx.execute<{ xid: string | null }>(sql`select pg_current_xact_id_if_assigned()::text as xid`);
  return row?.xid ?? null;
}

/** Also right after a crash of the database: what had not been committed then counts as aborted. */
async function wasCommitted(queries: Queries, xid: string | null): Promise<boolean> {
  if (xid === null) return false;
  const [row] = await queries.execute<{ status: string }>(sql`select pg_xact_status(${xid}::xid8) as status`);
  // The old connection's process has not noticed yet; ask again, as if the database had not answered.
  if (row?.status === "in progress")
    throw connectionError("CONNECTION_CLOSED", "The outcome of a commit is not known yet");
  return row?.status === "committed";
}

async function withPatience<T>(attempt: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (faultOf(error) !== "again" || performance.now() - startedMs + pauseMs > patienceMs) throw outwardError(error);
    }
    await delay(pauseMs);
  }
}
