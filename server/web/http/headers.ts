import { randomBytes } from "node:crypto";
import type { Origins } from "../access/origins.ts";
import type { WebMiddleware } from "./web-context.ts";

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The headers of every answer. Answers are private unless the route says otherwise. */
export function createSecurityHeaders(origins: Origins): WebMiddleware {
  // With `no-referrer` a browser sends `Origin: null` from our own forms, so only Sec-Fetch-Site tells where they come
  // from. Browsers omit that on plain http outside loopback, so there the origin must stay readable.
  const referrerPolicy = origins.trustworthy ? "no-referrer" : "same-origin";

  return async (c, next) => {
    c.set("nonce", randomBytes(16).toString("base64"));
    await next();
    const { headers } = c.res;
    headers.set("Content-Security-Policy", contentSecurityPolicy);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", referrerPolicy);
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    if (origins.https) headers.set("Strict-Transport-Security", "max-age=31536000");
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  };
}
