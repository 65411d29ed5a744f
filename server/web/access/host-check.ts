import { Problem } from "../http/problem.ts";
import type { WebMiddleware } from "../http/web-context.ts";
import type { Origins } from "./origins.ts";
import { isLoopback } from "./peer-address.ts";

/** Refuses requests for names that are not ours, so that DNS rebinding gains nothing. */
export function createHostCheck(origins: Origins, publicUrl: URL): WebMiddleware {
  return async (c, next) => {
    // An absolute-form request names its host in the request line and in the header. Both must be ours.
    const named = [new URL(c.req.url).host, ...hostHeaders(c.env?.incoming?.rawHeaders, c.req.header("host"))];
    const peer = c.env?.incoming?.socket.remoteAddress;
    const isOurs = (host: string) =>
      origins.hosts.has(host) || (origins.loopbackHosts.has(host) && (peer === undefined || isLoopback(peer)));
    if (!named.every((host) => isOurs(host.toLowerCase()))) {
      throw new Problem(
        421,
        "misdirected",
        `Baton isn't configured for this address. Set BATON_PUBLIC_URL, or use ${publicUrl.origin}.`,
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
