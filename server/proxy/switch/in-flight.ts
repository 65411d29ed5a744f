import type { HostAddress } from "../../model/names/host-address.ts";

/** How many requests, streams and WebSockets the upstream at this address still answers, in Caddy's own count. */
export function countInFlight(upstreams: unknown, address: HostAddress): number {
  if (!Array.isArray(upstreams)) throw new TypeError("Caddy's list of upstreams is not a list.");
  return upstreams
    .filter((upstream) => upstream?.address === address)
    .reduce((sum, { num_requests }) => sum + (typeof num_requests === "number" ? num_requests : 0), 0);
}
