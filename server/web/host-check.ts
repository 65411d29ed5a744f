import type { WebMiddleware } from "./needs.ts";
import type { Origins } from "./origins.ts";
import { Problem } from "./problem.ts";

/** Refuses requests for names that are not ours, so that a DNS name that is rebound to this address gets nothing. */
export function createHostCheck(origins: Origins, publicUrl: URL): WebMiddleware {
  return async (c, next) => {
    // An absolute-form request names its host twice: in the request line and in the header. Both must be ours.
    const named = [new URL(c.req.url).host, ...hostHeaders(c.env?.incoming?.rawHeaders, c.req.header("host"))];
    if (!named.every((host) => origins.hosts.has(host.toLowerCase()))) {
      throw new Problem(
        421,
        "misdirected",
        `Baton is not configured for this address: use ${publicUrl.origin}, or set BATON_PUBLIC_URL to the address you want`,
      );
    }
    await next();
  };
}

/** Node keeps only the first of two Host headers; the raw list has both. */
function hostHeaders(raw: readonly string[] | undefined, parsed: string | undefined): readonly string[] {
  if (!raw) return parsed === undefined ? [] : [parsed];
  return raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === "host");
}
