import { isHostName } from "../model/host-name.ts";

/** Why a user cannot give a service this host, as a sentence; null: nothing speaks against it but that it may be taken. */
export function faultInCustomDomain(
  host: string,
  reserved: {
    /** Where Baton itself answers. */
    readonly publicHost: string;
    /** The domains below which apps are served by their names. */
    readonly baseDomains: readonly string[];
  },
): string | null {
  if (!isHostName(host) || !host.includes(".")) {
    return `${JSON.stringify(host)} is not a host name in lower case, such as shop.example.com`;
  }
  const { publicHost, baseDomains } = reserved;
  if (host === publicHost) return `${host} is Baton's own address`;
  if (baseDomains.includes(host)) return `${host} is what apps are served below, and belongs to none of them`;
  // Where apps are served below Baton's own name, further names below it are as good as theirs.
  const isBase = baseDomains.some((base) => base === publicHost || isBelow(base, publicHost));
  if (isBelow(host, publicHost) && !isBase) return `${host} is below Baton's own address, ${publicHost}`;
  return null;
}

function isBelow(host: string, domain: string): boolean {
  return host.endsWith(`.${domain}`);
}
