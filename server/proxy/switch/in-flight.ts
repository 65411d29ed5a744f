import type { HostAddress } from "../../model/names/host-address.ts";

/**
 * The number of requests, streams and WebSockets that the upstream at this address is still serving, by Caddy's own
 * count.
 */
export function countInFlight(upstreams: unknown, address: HostAddress): number {
  if (!Array.isArray(upstreams)) throw new TypeError("Caddy's list of upstreams is not a list.");
  return upstreams
    .filter((upstream) => upstream?.address === address)
    .reduce((sum, { num_requests }) => sum + (typeof num_requests === "number" ? num_requests : 0), 0);
}
