import { StoreUnavailable } from "../../ports/store/store.ts";

/**
 * again: the statement had no effect, or nobody knows whether it had; worth another try soon.
 * unavailable: the database answers, but cannot work (disk full, read-only, shut down, too slow).
 * bug: ours.
 */
export type Fault = "again" | "unavailable" | "bug";

/** Node's socket errors, and what postgres.js calls a connection that ended under a statement. */
const connectionCodes = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
]);

// SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
const connectionStates = /^(?:08...|57P0[1-5]|25P0[34])$/;
const collisionStates = new Set(["40001", "40P01", "55P03", "53300"]);
const unavailableStates = /^(?:53...|57...|58...|25006|28...|3D000|CONNECTION_ENDED)$/;

export function faultOf(error: unknown): Fault {
  const code = codeOf(error);
  if (isConnectionLost(error) || collisionStates.has(code)) return "again";
  return unavailableStates.test(code) ? "unavailable" : "bug";
}

/** The answer did not arrive: when the statement was a commit, it may have happened. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  return connectionCodes.has(code) || connectionStates.test(code);
}

/** What leaves the store: never drizzle's own error, whose message repeats the statement with its parameters. */
export function outwardError(error: unknown): unknown {
  const cause = rootOf(error);
  if (faultOf(error) !== "bug")
    return new StoreUnavailable(`The database is not responding: ${messageOf(cause)}`, { cause });
  return cause === error ? error : new Error(`The database refused a statement: ${messageOf(cause)}`, { cause });
}

/** Drizzle wraps what the driver throws. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && "query" in error && error.cause !== undefined ? error.cause : error;
}

function codeOf(error: unknown): string {
  const root = rootOf(error);
  return root instanceof Error && "code" in root ? String(root.code) : "";
}

/** A refused connection to "localhost" is an AggregateError: its message is empty, those of its parts are not. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
