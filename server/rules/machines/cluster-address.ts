import { isIPv4 } from "node:net";
import { isPublicAddress } from "../../model/names/public-address.ts";
import { firstFreeSubnet, formatSubnet, overlap, parseSubnet } from "../routing/subnets.ts";

/** What a network of 256 overlay networks takes. */
const poolPrefix = 16;
/** Where pools are looked for, in this order; 10.0.0.0/16, Swarm's own choice, is many an office's network. */
const poolSpaces = ["10.215.0.0/16", "10.216.0.0/13", "10.128.0.0/9", "172.16.0.0/12"] as const;

/**
 * The addresses at which the other machines could reach this server, private ones first. The cluster listens on one of
 * them only.
 */
export function clusterAddresses(own: readonly string[]): readonly ClusterAddress[] {
  const usable = own
    .filter((address) => isIPv4(address))
    .map((address) => ({ address, isPublic: isPublicAddress(address) }));
  return [...usable.filter(({ isPublic }) => !isPublic), ...usable.filter(({ isPublic }) => isPublic)];
}

export interface ClusterAddress {
  readonly address: string;
  readonly isPublic: boolean;
}

/** Why the cluster cannot listen on an address; null if it can. A public one must be asked for. */
export function addressFault(
  wanted: { readonly address: string; readonly mayBePublic: boolean },
  own: readonly string[],
): string | null {
  const known = clusterAddresses(own);
  const found = known.find(({ address }) => address === wanted.address);
  if (!found) {
    const choice = known.map(({ address }) => address).join(", ");
    return `${wanted.address} is not an IPv4 address of this server: ${choice === "" ? "it has none" : `it has ${choice}`}`;
  }
  if (found.isPublic && !wanted.mayBePublic) {
    return `${wanted.address} is a public address: give the machines a private network, or say that it may be public`;
  }
  return null;
}

/** The network that overlay networks are cut from. Null when all that could be are in use. */
export function choosePool(taken: readonly string[]): string | null {
  for (const space of poolSpaces) {
    const free = firstFreeSubnet(space, taken, poolPrefix);
    if (free !== null) return free;
  }
  return null;
}

/** The first of a machine's routes that leads to an address in the pool; null if none does. */
export function routeInPools(pools: readonly string[], routes: readonly string[]): string | null {
  const wanted = pools.map(parseSubnet).filter((pool) => pool !== null);
  for (const text of routes) {
    const route = parseSubnet(text);
    if (route && route.prefix > 0 && wanted.some((pool) => overlap(pool, route))) return formatSubnet(route);
  }
  return null;
}
