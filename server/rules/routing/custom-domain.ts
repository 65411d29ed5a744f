import { domainToASCII } from "node:url";
import { isHostName, longestHostName } from "../../model/names/host-name.ts";

/**
 * Normalises a typed or pasted domain: without scheme, path, port and trailing dot, in lower case, in DNS notation
 * (`müller.example` becomes `xn--mller-kva.example`). Anything else is returned nearly unchanged, so that
 * `faultInCustomDomain` can say what is wrong.
 */
export function customDomainOf(typed: string): string {
  const host = typed
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .replace(/^\/\//, "")
    .replace(/[/?#].*$/s, "")
    .replace(/^[^@]*@/, "")
    .replace(/^([^:]*):\d*$/, "$1")
    .replace(/[.。．｡]$/, "");
  const isAscii = /^\p{ASCII}*$/u.test(host);
  // URL refuses and rewrites plain names too: it reads 0x7f.1 as an address.
  return isAscii ? host.toLowerCase() : domainToASCII(host) || host;
}

/** Why a service cannot get this host, as a sentence. Null when it can, unless the host is taken. */
export function faultInCustomDomain(
  host: string,
  reserved: {
    /** The host of Baton itself. */
    readonly publicHost: string;
    /** The domains below which apps are served by name. */
    readonly baseDomains: readonly string[];
  },
): string | null {
  const fault = faultInName(host);
  if (fault !== null) return fault;
  const { publicHost, baseDomains } = reserved;
  if (host === publicHost) return `${host} is Baton's own address`;
  if (baseDomains.includes(host)) return `${host} is the base domain for all apps, so it can't be assigned to one`;
  // Where apps are served below Baton's own name, names further below it are as good as theirs.
  const isBase = baseDomains.some((base) => base === publicHost || isBelow(base, publicHost));
  if (isBelow(host, publicHost) && !isBase) return `${host} is below Baton's own address, ${publicHost}`;
  return null;
}

const example = "such as shop.example.com";

function faultInName(host: string): string | null {
  if (host === "") return `enter a domain, ${example}`;
  const said = host.length > 60 ? `${host.slice(0, 40)}…` : host;
  if (host.includes("*")) return `${said} is a wildcard: enter each domain by its full name, ${example}`;
  if (/^[\d.]+$/.test(host) || /^\[|:.*:/.test(host)) return `${said} is an IP address: enter a domain, ${example}`;
  if (host.length > longestHostName) {
    return `${said} has ${host.length} characters, and a domain has at most ${longestHostName}`;
  }
  const [stranger] = /[^a-z0-9.-]/u.exec(host) ?? [];
  if (stranger !== undefined) {
    const what = stranger.trim() === "" ? "a space" : stranger;
    return `${said} contains ${what}: a domain has only letters, digits, hyphens and dots, ${example}`;
  }
  const labels = host.split(".");
  if (labels.length === 1) return `${said} has no dot: enter the full domain, ${example}`;
  if (labels.includes(""))
    return `${said} has an empty part before, after or between its dots: enter a domain, ${example}`;
  const long = labels.find((label) => label.length > 63);
  if (long !== undefined)
    return `a part of ${said} has ${long.length} characters, and the parts of a domain have at most 63`;
  const hyphened = labels.find((label) => /^-|-$/.test(label));
  if (hyphened !== undefined)
    return `"${hyphened}" begins or ends with a hyphen, which isn't allowed in any part of a domain`;
  return isHostName(host) ? null : `${said} ends in a number, but no domain does: enter one ${example}`;
}

function isBelow(host: string, domain: string): boolean {
  return host.endsWith(`.${domain}`);
}
