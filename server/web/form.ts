import type { WebContext } from "./needs.ts";
import { Problem } from "./problem.ts";

const formType = /^application\/x-www-form-urlencoded\s*(;|$)/i;

export function isForm(c: WebContext): boolean {
  return formType.test(c.req.header("content-type") ?? "");
}

/** The fields of a form as our own pages send it. May be read more than once. */
export async function readForm(c: WebContext): Promise<URLSearchParams> {
  if (!isForm(c)) throw new Problem(415, "invalid", "send the form as application/x-www-form-urlencoded");
  return new URLSearchParams(await c.req.text());
}
