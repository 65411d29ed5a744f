import { createHmac, timingSafeEqual } from "node:crypto";
import type { Commands } from "../../commands/commands.ts";
import { isForm, readForm } from "../http/form.ts";
import { Problem } from "../http/problem.ts";
import type { WebContext } from "../http/web-context.ts";
import type { Origins } from "./origins.ts";

/**
 * Derives the token from the session's secret, so nothing is stored per token and another session's token is worthless.
 * It also needs the server's key, so that somebody who stole only the cookie cannot compute it.
 */
export function csrfTokenOf(key: string, sessionSecret: string): string {
  return createHmac("sha256", key).update(`csrf ${sessionSecret}`).digest("base64url");
}

/** The server's key, which is read once. */
export function createCsrfKey(ensureKey: Commands["ensureCsrfKey"]): () => Promise<string> {
  let known: string | null = null;
  return async () => {
    known ??= await ensureKey();
    return known;
  };
}

/**
 * Checks that the browser reports one of our own pages as the request's origin. Refuses requests without such a report.
 */
export function requireSameOrigin(c: WebContext, origins: Origins): void {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  const foreign = origin !== undefined && origin !== "null" && !origins.origins.has(origin);
  const vouched = site === undefined ? origin !== undefined && origin !== "null" : site === "same-origin";
  if (foreign || !vouched)
    throw new Problem(403, "foreign_origin", "this request does not come from a page of this server");
}

export async function requireCsrfToken(c: WebContext, expected: string): Promise<void> {
  const given = c.req.header("x-csrf-token") ?? (isForm(c) ? (await readForm(c)).get("csrf") : null);
  if (!given || !equal(given, expected)) {
    throw new Problem(403, "csrf", "this form is out of date: go back, reload the page and try again");
  }
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
