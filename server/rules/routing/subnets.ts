/** An IPv4 network: its first address as a number, and its prefix length. */
export interface Subnet {
  readonly first: number;
  readonly prefix: number;
}

/** 30 addresses, one of them the gateway's, which suffices for nearly every network. */
export const usualPrefix = 27;

/** The prefix of the smallest network for this many containers, at least the usual size. */
export function prefixFor(containers: number): number {
  // The network's, the broadcast and the gateway address are taken.
  return Math.min(usualPrefix, 32 - Math.ceil(Math.log2(containers + 3)));
}

/** How many containers such a network has addresses for. */
export function addressesIn(prefix: number): number {
  return 2 ** (32 - prefix) - 3;
}

const cidrPattern = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** Parses "10.214.0.0/16" and clears the bits after the prefix. Null when it is no IPv4 network. */
export function parseSubnet(text: string): Subnet | null {
  const parts = cidrPattern.exec(text)?.slice(1).map(Number);
  if (!parts) return null;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = parts;
  if (prefix > 32 || [a, b, c, d].some((byte) => byte > 255)) return null;
  // Bit operators are signed: addresses above 127.255.255.255 would become negative.
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first: address - (address % sizeOf(prefix)), prefix };
}

export function formatSubnet({ first, prefix }: Subnet): string {
  const bytes = [first / 2 ** 24, first / 2 ** 16, first / 2 ** 8, first].map((value) => Math.floor(value) % 256);
  return `${bytes.join(".")}/${prefix}`;
}

/** Whether two networks share an address. Aligned networks share all of the smaller one, or nothing. */
export function overlap(left: Subnet, right: Subnet): boolean {
  return left.first < endOf(right) && right.first < endOf(left);
}

/**
 * The first network of this size in the pool that overlaps none of `taken`, or null. Entries of `taken` that are no
 * IPv4 network (a daemon's IPv6 ones) and the default route, which overlaps everything, are ignored.
 */
export function firstFreeSubnet(pool: string, taken: readonly string[], prefix = usualPrefix): string | null {
  const within = parseSubnet(pool);
  if (!within) return null;
  const obstacles = taken
    .map(parseSubnet)
    .filter((subnet) => subnet !== null)
    .filter((subnet) => subnet.prefix > 0);

  const size = sizeOf(prefix);
  let first = within.first;
  while (first + size <= endOf(within)) {
    const candidate = { first, prefix };
    const obstacle = obstacles.find((subnet) => overlap(subnet, candidate));
    if (!obstacle) return formatSubnet(candidate);
    // Continues after the obstacle, aligned to this size.
    first = Math.ceil(Math.max(endOf(candidate), endOf(obstacle)) / size) * size;
  }
  return null;
}

const sizeOf = (prefix: number) => 2 ** (32 - prefix);
const endOf = ({ first, prefix }: Subnet) => first + sizeOf(prefix);
