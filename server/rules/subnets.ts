/** An IPv4 network: its first address as a number, and the length of its prefix. */
export interface Subnet {
  readonly first: number;
  readonly prefix: number;
}

/** What each deployment gets: 30 addresses, one of them the gateway's. */
export const deploymentPrefix = 27;

const cidrPattern = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** "10.214.0.0/16". Bits behind the prefix are dropped. Null: not an IPv4 network. */
export function parseSubnet(text: string): Subnet | null {
  const parts = cidrPattern.exec(text)?.slice(1).map(Number);
  if (!parts) return null;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = parts;
  if (prefix > 32 || [a, b, c, d].some((byte) => byte > 255)) return null;
  // Arithmetic instead of bit operators: those are signed, and addresses above 127.255.255.255 would turn negative.
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first: address - (address % sizeOf(prefix)), prefix };
}

export function formatSubnet({ first, prefix }: Subnet): string {
  const bytes = [first / 2 ** 24, first / 2 ** 16, first / 2 ** 8, first].map((value) => Math.floor(value) % 256);
  return `${bytes.join(".")}/${prefix}`;
}

/** They share an address. Networks that are cut at their prefix share all of the smaller one, or nothing. */
export function overlap(left: Subnet, right: Subnet): boolean {
  return left.first < endOf(right) && right.first < endOf(left);
}

/**
 * The first /27 of the pool that shares no address with any of `taken`; null when there is none. Of `taken`, what is
 * not an IPv4 network (a daemon's IPv6 ones) and the default route, which overlaps everything and reserves nothing,
 * are ignored.
 */
export function firstFreeSubnet(pool: string, taken: readonly string[]): string | null {
  const within = parseSubnet(pool);
  if (!within) return null;
  const obstacles = taken
    .map(parseSubnet)
    .filter((subnet) => subnet !== null)
    .filter((subnet) => subnet.prefix > 0);

  let first = within.first;
  while (first + sizeOf(deploymentPrefix) <= endOf(within)) {
    const candidate = { first, prefix: deploymentPrefix };
    const obstacle = obstacles.find((subnet) => overlap(subnet, candidate));
    if (!obstacle) return formatSubnet(candidate);
    first = Math.max(endOf(candidate), endOf(obstacle));
  }
  return null;
}

const sizeOf = (prefix: number) => 2 ** (32 - prefix);
const endOf = ({ first, prefix }: Subnet) => first + sizeOf(prefix);
