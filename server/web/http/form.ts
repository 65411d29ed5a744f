import { Problem } from "./problem.ts";
import type { WebContext } from "./web-context.ts";

const formType = /^application\/x-www-form-urlencoded\s*(;|$)/i;

export function isForm(c: WebContext): boolean {
  return formType.test(c.req.header("content-type") ?? "");
}

/**
 * Reads the fields of a form from our own pages. It may be called more than once. Browsers send each line break as CR
 * LF, so they are normalised to LF.
 */
export async function readForm(c: WebContext): Promise<URLSearchParams> {
  if (!isForm(c)) throw new Problem(415, "invalid", "send the form as application/x-www-form-urlencoded");
  const fields = new URLSearchParams(await c.req.text());
  return new URLSearchParams(
    [...fields].map(([name, value]): [string, string] => [name, value.replace(/\r\n?/g, "\n")]),
  );
}
