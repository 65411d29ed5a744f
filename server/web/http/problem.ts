import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Refused } from "../../commands/refused.ts";

/** A request that cannot be carried out. The message is sent to the client: one sentence without internal details. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: ContentfulStatusCode,
    code: string,
    message: string,
    options?: ErrorOptions & { readonly headers?: Readonly<Record<string, string>> },
  ) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.headers = options?.headers ?? {};
  }
}

const refusalStatus = { not_found: 404, conflict: 409, invalid: 400 } as const;

export function problemOf(refused: Refused): Problem {
  return new Problem(refusalStatus[refused.code], refused.code, refused.message);
}

export function notFound(what: string): Problem {
  return new Problem(404, "not_found", `there is no ${what}`);
}
