/** Rules that isolate apps and builds from each other and from the local network. */
export interface FirewallRules {
  /** The chain that holds the rules; its name contains the instance. */
  readonly chain: string;
  /** The comment on the rule that jumps there from Docker's chain. */
  readonly comment: string;
  /** Arguments of iptables, in order. A packet that passes all of them continues with Docker's rules. */
  readonly rules: readonly (readonly string[])[];
}

/** Where clouds serve each machine its credentials. */
const metadataAddress = "169.254.169.254";
/** The network of containers without a network of their own, mainly builds. */
const defaultBridge = "docker0";

/**
 * Rules for traffic that is forwarded between containers and anything else. `subnets` is the pool of the apps'
 * networks. The host's own traffic to containers is not forwarded, so Caddy and health checks are not affected.
 */
export function firewallRules(instance: string, subnets: string): FirewallRules {
  const containers = [
    ["-s", subnets],
    ["-i", defaultBridge],
  ];
  return {
    chain: `BATON-${instance}`,
    comment: `baton ${instance}`,
    rules: [
      // In some clouds this is also the name server.
      ...["udp", "tcp"].map((protocol) => [
        ...["-d", metadataAddress, "-p", protocol, "-m", protocol, "--dport", "53", "-j", "RETURN"],
      ]),
      ...containers.map((from) => [...from, "-d", metadataAddress, "-j", "DROP"]),
      // Docker before 28 accepts a neighbour that has a route to the network.
      ["!", "-s", subnets, "-d", subnets, "-m", "conntrack", "--ctstate", "NEW", "-j", "DROP"],
      // This separates builds of two products.
      ["-i", defaultBridge, "-o", defaultBridge, "-j", "DROP"],
    ],
  };
}
