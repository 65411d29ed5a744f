import { readFile } from "node:fs/promises";

/** The subnets (CIDR) to which this host has IPv4 routes, except the default route. */
export async function hostSubnets(): Promise<string[]> {
  return parseRoutes(await readFile("/proc/net/route", "utf8"));
}

/** Reads /proc/net/route: one line per route, with addresses as little-endian hexadecimal numbers. */
export function parseRoutes(table: string): string[] {
  const subnets = new Set<string>();
  for (const line of table.split("\n").slice(1)) {
    const [, destination, , , , , , mask] = line.split("\t");
    if (!destination || !mask) continue;
    const prefix = bitsOf(mask.trim());
    if (prefix > 0) subnets.add(`${addressOf(destination)}/${prefix}`);
  }
  return [...subnets];
}

export function isIpv4Subnet(text: string | undefined): text is string {
  return text !== undefined && /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(text);
}

export function overlaps(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a.first <= b.last && b.first <= a.last;
}

function rangeOf(subnet: string): { first: number; last: number } {
  const [address = "", prefix = "32"] = subnet.split("/");
  const size = 2 ** (32 - Number(prefix));
  const number = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const first = number - (number % size);
  return { first, last: first + size - 1 };
}

function bytesOf(littleEndianHex: string): number[] {
  return [...Buffer.from(littleEndianHex, "hex").reverse()];
}

function addressOf(hex: string): string {
  return bytesOf(hex).join(".");
}

function bitsOf(hex: string): number {
  return bytesOf(hex).reduce((bits, byte) => bits + byte.toString(2).replaceAll("0", "").length, 0);
}
