import type { WebContext } from "./needs.ts";

/**
 * Whose failures are counted together: the address at the other end of the connection. Only where Baton's own Caddy
 * stands in front (public URL with https) is the peer loopback for everybody; then the address that this Caddy itself
 * appended counts. Any other X-Forwarded-For is what a client claims, and is ignored.
 */
export function peerAddress(c: WebContext, behindProxy: boolean): string {
  const peer = c.env?.incoming?.socket.remoteAddress ?? "unknown";
  if (!behindProxy || !isLoopback(peer)) return peer;
  return c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() || peer;
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.replace(/^::ffff:/, "").startsWith("127.");
}
