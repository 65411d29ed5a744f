import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Everything that IANA assigned to something other than the public internet (iana-ipv4- and ipv6-special-registry). */
const notPublic = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  notPublic.addSubnet(network, bits, "ipv4");
}

/**
 * The addresses of the public internet. Those that embed an IPv4 address (64:ff9b::, 6to4, Teredo) lie outside or are
 * refused.
 */
const publicV6 = new BlockList();
publicV6.addSubnet("2000::", 3, "ipv6");
const refusedV6 = new BlockList();
for (const [network, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  refusedV6.addSubnet(network, bits, "ipv6");
}

/**
 * False for loopback, private, link-local (the metadata services of clouds), multicast and reserved addresses, and for
 * text that is no address.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !notPublic.check(address, "ipv4");
  const plain = address.replace(/%.*$/, "");
  return isIPv6(plain) && publicV6.check(plain, "ipv6") && !refusedV6.check(plain, "ipv6");
}

/**
 * False for hosts that are known not to be public: names of this machine and of private networks, single words, and
 * non-public addresses in any spelling (`2130706433`, `0x7f.1`, `[::ffff:127.0.0.1]`). It does not check what a name
 * resolves to.
 */
export function mayBePublic(host: string): boolean {
  const bare = host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
  if (bare.includes(":")) return isPublicAddress(bare);
  // The form that inet_aton accepts: numbers may be octal or hexadecimal, and fewer than four. No public address needs
  // it.
  if (/(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(bare)) return isPublicAddress(bare);
  return bare.includes(".") && !/(?:^|\.)(?:localhost|localdomain|local|internal|lan|intranet|home\.arpa)$/.test(bare);
}
