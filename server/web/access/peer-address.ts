import { isIPv6 } from "node:net";
import type { WebEnv } from "../http/web-context.ts";

/** The parts of a request that say where it comes from. */
interface Arrival {
  readonly env: WebEnv["Bindings"] | undefined;
  readonly req: { header(name: string): string | undefined };
}

/**
 * The address at the other end of the connection. If Baton's own Caddy is in front (public URL with https), every peer
 * is loopback, so the address that Caddy appended counts instead. Any other X-Forwarded-For is a client's claim and is
 * ignored.
 */
export function peerAddress(c: Arrival, behindProxy: boolean): string {
  const peer = c.env?.incoming?.socket.remoteAddress ?? "unknown";
  if (!behindProxy || !isLoopback(peer)) return peer;
  return c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() || peer;
}

/**
 * The network whose failures are counted together: an IPv4 address, or an IPv6 /64, the smallest usual network, within
 * which one machine may use a new address for each request.
 */
export function peerNetwork(address: string): string {
  const plain = address.replace(/%.*$/, "");
  if (!isIPv6(plain)) return address;
  // The URL parser writes an embedded IPv4 address in hexadecimal groups, like the rest.
  const [head = "", tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split("::");
  const first = groupsOf(head);
  const last = groupsOf(tail ?? "");
  const all = [...first, ...Array.from({ length: 8 - first.length - last.length }, () => "0"), ...last];
  const isMapped = all.slice(0, 6).join(":") === "0:0:0:0:0:ffff";
  return isMapped ? ipv4Of(all.slice(6)) : `${all.slice(0, 4).join(":")}::/64`;
}

function groupsOf(text: string): readonly string[] {
  return text === "" ? [] : text.split(":");
}

function ipv4Of(groups: readonly string[]): string {
  const numbers = groups.map((group) => Number.parseInt(group, 16));
  return numbers.flatMap((number) => [number >> 8, number & 255]).join(".");
}

export function isLoopback(address: string): boolean {
  return (
    address === "::1" ||
    address
      .toLowerCase()
      .replace(/^::ffff:/, "")
      .startsWith("127.")
  );
}
