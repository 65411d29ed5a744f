/** What is kept apart from what. */
export interface FirewallRules {
  /** The chain that holds them; the instance is in its name. */
  readonly chain: string;
  /** Of the rule that leads there from Docker's own chain. */
  readonly comment: string;
  /** Arguments of iptables, in order. A packet that passes all of them goes on to Docker's rules. */
  readonly rules: readonly (readonly string[])[];
}

/** Where clouds tell each machine its credentials. */
const metadataAddress = "169.254.169.254";
/** The network that containers without one of their own are in, builds above all. */
const defaultBridge = "docker0";

/**
 * Rules for what is forwarded between containers and everybody else; `subnets` is the pool that networks of apps are
 * taken from. The host's own traffic to containers is not forwarded, so Caddy and the checks are not concerned.
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
      // In some clouds it is also the name server.
      ...["udp", "tcp"].map((protocol) => [
        ...["-d", metadataAddress, "-p", protocol, "-m", protocol, "--dport", "53", "-j", "RETURN"],
      ]),
      ...containers.map((from) => [...from, "-d", metadataAddress, "-j", "DROP"]),
      // Docker before 28 lets a neighbour in who has a route to the network.
      ["!", "-s", subnets, "-d", subnets, "-m", "conntrack", "--ctstate", "NEW", "-j", "DROP"],
      // Builds of two products.
      ["-i", defaultBridge, "-o", defaultBridge, "-j", "DROP"],
    ],
  };
}
