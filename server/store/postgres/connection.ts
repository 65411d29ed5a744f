import { connect, type Socket } from "node:net";
import postgres from "postgres";
import { isConnectionLost } from "./database-error.ts";
import { createPreparedStatements } from "./prepared.ts";

/** Well above any statement of ours; one that takes longer is a fault. */
const statementTimeoutMs = 30_000;
/** Our transactions take milliseconds, so a lock that is not free by then is stuck. */
const lockTimeoutMs = 10_000;
/** `statement_timeout` ends a statement before this, so a server that is silent for so long is gone. */
const silenceMs = statementTimeoutMs + 5_000;
const connectTimeoutSeconds = 5;

export interface SessionOptions {
  readonly url: string;
  /** The application name that pg_stat_activity shows. */
  readonly name: string;
  /**
   * Whether to limit how long a statement may take and how long the database may be silent. Off where something depends
   * on the session itself, such as a lock or a migration.
   */
  readonly limited: boolean;
  readonly onEnd?: () => void;
}

/** One connection, which the first statement opens and which is never reopened. */
export type Session = postgres.Sql;

/**
 * postgres.js has a pool and reconnects automatically, and both go wrong when a connection is lost in the middle of
 * something. Its `begin` sends a rollback down the closed connection, which throws in a callback where nobody can catch
 * it. Pending writes keep a reconnected connection from ever writing again. The rest of a transaction may be executed
 * on it, outside of any transaction. (Seen in 3.4.9, src/connection.js: nextWrite and closed.) So a session has one
 * connection, once.
 */
export function openSession({ url, name, limited, onEnd }: SessionOptions): Session {
  let connected = false;
  let ended = false;
  // postgres.js documents `socket`, but its types lack it.
  const options: postgres.Options<Record<string, never>> & { socket(target: Target): Socket } = {
    max: 1,
    connect_timeout: connectTimeoutSeconds,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    onclose: () => {
      if (!ended) onEnd?.();
      ended = true;
    },
    connection: {
      application_name: name,
      TimeZone: "UTC",
      // A prepared statement is planned for its values each time, as one that is not prepared: several statements are
      // written for an index that a plan for any values would not use.
      plan_cache_mode: "force_custom_plan",
      statement_timeout: limited ? statementTimeoutMs : 0,
      lock_timeout: limited ? lockTimeoutMs : 0,
      idle_in_transaction_session_timeout: limited ? statementTimeoutMs : 0,
      // The server's side of a half-open connection: it frees our locks after some 25 s.
      tcp_keepalives_idle: 10,
      tcp_keepalives_interval: 5,
      tcp_keepalives_count: 3,
    },
    socket: (target) => {
      if (connected) throw connectionError("CONNECTION_CLOSED", "The session has ended");
      connected = true;
      const socket = openSocket(target);
      if (limited) endWhenSilent(socket);
      return socket;
    },
  };
  const session = postgres(url, options);
  const plain = session.unsafe;
  const isPrepared = createPreparedStatements();
  return Object.assign(session, {
    // What Drizzle calls, and it asks for no prepared statement.
    unsafe: ((text, parameters = [], more = {}) =>
      plain(text, parameters, { ...more, prepare: isPrepared(text, parameters.length) })) as typeof session.unsafe,
    begin: (work: (session: Session) => Promise<never>) => inTransaction(session, () => ended, work),
  });
}

/** Ends the session whatever it is doing: postgres.js would wait for an answer that a lost connection never gives. */
export const endNow = (session: Session): Promise<void> => session.end({ timeout: 0 });

async function inTransaction<T>(session: Session, hasEnded: () => boolean, work: (session: Session) => Promise<T>) {
  await session.unsafe("begin");
  try {
    const result = await work(session);
    await session.unsafe("commit");
    return result;
  } catch (error) {
    // A server that loses the connection rolls back on its own, and statements sent down a lost one are never answered.
    const lost = hasEnded() || isConnectionLost(error);
    // The rollback failed, so nothing more may be executed in this session.
    if (!lost) await session.unsafe("rollback").catch(() => endNow(session));
    throw error;
  }
}

interface Target {
  readonly path: string | false;
  readonly host: readonly string[];
  readonly port: readonly number[];
}

/** Returns a socket that is not connected yet: writes wait, and postgres.js limits the time to connect. */
function openSocket({ path, host, port }: Target): Socket {
  if (path) return connect(path);
  return connect({ host: host[0] ?? "localhost", port: Number(port[0] ?? 5432), keepAlive: true });
}

/**
 * Handles our side of a half-open connection: TCP notices a black hole only after minutes, and postgres.js has no time
 * limit for a statement. An idle session loses nothing by it. (Over TLS postgres.js removes the listeners; there the
 * server's lock notices, and the server suspends its work.)
 */
function endWhenSilent(socket: Socket): void {
  socket.setTimeout(silenceMs);
  socket.on("timeout", () => socket.destroy(connectionError("ETIMEDOUT", "The database has stopped responding")));
}

export const connectionError = (code: string, message: string) => Object.assign(new Error(message), { code });
