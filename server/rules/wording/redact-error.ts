import type { Redact } from "./redact.ts";

/** The error without secrets, for the server's log: Docker's messages may quote a container's command or variables. */
export function redactError(error: unknown, redact: Redact): Error {
  if (!(error instanceof Error)) return new Error(redact(String(error)));
  const { name, message, stack, cause } = error;
  const hidden = new Error(redact(message), { ...(cause !== undefined && { cause: redactError(cause, redact) }) });
  return Object.assign(hidden, { name, ...(stack !== undefined && { stack: redact(stack) }) });
}
