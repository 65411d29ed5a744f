/** Rules that isolate apps and builds from each other, from the local network and, in part, from this host. */
export interface FirewallRules {
  /** The comment on the rules that jump to the chains. */
  readonly comment: string;
  /** For what is forwarded between containers and anything else. */
  readonly forwarded: FirewallChain;
  /** For what is meant for this host itself. */
  readonly toHost: FirewallChain;
}

export interface FirewallChain {
  /** The chain that holds the rules; its name contains the instance. */
  readonly chain: string;
  /** Arguments of iptables, in order. A packet that passes all of them continues with the rules of others. */
  readonly rules: readonly (readonly string[])[];
}

/** What builds may reach of this host: Caddy, and what the administrator has opened. */
export interface OpenToBuilds {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly buildHostPorts: readonly number[] | "all";
}

/** Where clouds serve each machine its credentials. */
const metadataAddress = "169.254.169.254";
/** The network of containers without a network of their own, mainly builds. */
const defaultBridge = "docker0";

/** `subnets` is the pool of the apps' networks. */
export function firewallRules(instance: string, subnets: string, open: OpenToBuilds): FirewallRules {
  return {
    comment: `baton ${instance}`,
    forwarded: { chain: `BATON-${instance}`, rules: forwardedRules(subnets) },
    toHost: { chain: `BATON-${instance}-HOST`, rules: toHostRules(open) },
  };
}

/** The host's own traffic to containers is not forwarded, so Caddy and health checks are not affected. */
function forwardedRules(subnets: string): FirewallChain["rules"] {
  const containers = [
    ["-s", subnets],
    ["-i", defaultBridge],
  ];
  return [
    // In some clouds this is also the name server.
    ...["udp", "tcp"].map((protocol) => ["-d", metadataAddress, ...toPort(protocol, 53), "-j", "RETURN"]),
    ...containers.map((from) => [...from, "-d", metadataAddress, "-j", "DROP"]),
    // Docker before 28 accepts a neighbour that has a route to the network.
    ["!", "-s", subnets, "-d", subnets, "-m", "conntrack", "--ctstate", "NEW", "-j", "DROP"],
    // This separates builds of two products.
    ["-i", defaultBridge, "-o", defaultBridge, "-j", "DROP"],
  ];
}

/**
 * A build may ask name servers on this host, and apps by their public addresses, as the whole internet may. Connections
 * that the host has opened to a container go on. Refused and not dropped, so that a build fails at once.
 */
function toHostRules({ httpPort, httpsPort, buildHostPorts }: OpenToBuilds): FirewallChain["rules"] {
  if (buildHostPorts === "all") return [];
  const open = [53, httpPort, httpsPort, ...buildHostPorts];
  return [
    ["!", "-i", defaultBridge, "-j", "RETURN"],
    ["-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "RETURN"],
    ...[...new Set(open)].flatMap((port) =>
      ["udp", "tcp"].map((protocol) => [...toPort(protocol, port), "-j", "RETURN"]),
    ),
    ["-j", "REJECT", "--reject-with", "icmp-admin-prohibited"],
  ];
}

const toPort = (protocol: string, port: number) => ["-p", protocol, "-m", protocol, "--dport", String(port)];
