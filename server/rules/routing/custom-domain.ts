import { domainToASCII } from "node:url";
import { isHostName, longestHostName } from "../../model/names/host-name.ts";

/**
 * The host that somebody means who types or pastes a domain: without scheme, path and port, without the dot at its end, in
 * lower case, and as DNS writes it (`müller.example` is `xn--mller-kva.example`). What is none comes back nearly as it was,
 * for `faultInCustomDomain` to say why.
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
  // It refuses and rewrites more than is wanted of what is plain already: 0x7f.1 is an address to it.
  return isAscii ? host.toLowerCase() : domainToASCII(host) || host;
}

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
  const fault = faultInName(host);
  if (fault !== null) return fault;
  const { publicHost, baseDomains } = reserved;
  if (host === publicHost) return `${host} is Baton's own address`;
  if (baseDomains.includes(host)) return `${host} is the base domain for all apps, so it can't be assigned to one`;
  // Where apps are served below Baton's own name, further names below it are as good as theirs.
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
