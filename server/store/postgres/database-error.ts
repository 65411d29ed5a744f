import { StoreUnavailable } from "../../ports/store/store.ts";

/**
 * `again`: the statement had no effect, or it is unknown whether it had; a retry is worthwhile. `unavailable`: the
 * database answers but cannot work (disk full, read-only, shut down, too slow). `bug`: the error is ours.
 */
export type Fault = "again" | "unavailable" | "bug";

/** Node's socket errors, and the code that postgres.js gives a connection that ended during a statement. */
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

/** Whether the answer did not arrive. When the statement was a commit, it may have happened. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  return connectionCodes.has(code) || connectionStates.test(code);
}

/**
 * The error that leaves the store. It is never drizzle's own, whose message repeats the statement with its parameters.
 */
export function outwardError(error: unknown): unknown {
  const cause = rootOf(error);
  if (faultOf(error) !== "bug")
    return new StoreUnavailable(`The database is not responding: ${messageOf(cause)}`, { cause });
  return cause === error ? error : new Error(`The database refused a statement: ${messageOf(cause)}`, { cause });
}

/** Drizzle wraps the driver's errors. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && "query" in error && error.cause !== undefined ? error.cause : error;
}

function codeOf(error: unknown): string {
  const root = rootOf(error);
  return root instanceof Error && "code" in root ? String(root.code) : "";
}

/** A refused connection to "localhost" is an AggregateError with an empty message; those of its parts are not empty. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
