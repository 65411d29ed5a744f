/** How many requests, streams and WebSockets the upstream on this loopback port still answers, in Caddy's own count. */
export function countInFlight(upstreams: unknown, hostPort: number): number {
  if (!Array.isArray(upstreams)) throw new TypeError("Caddy's list of upstreams is not a list.");
  const address = `127.0.0.1:${hostPort}`;
  return upstreams
    .filter((upstream) => upstream?.address === address)
    .reduce((sum, { num_requests }) => sum + (typeof num_requests === "number" ? num_requests : 0), 0);
}
