import { isIPv4 } from "node:net";
import { isPublicAddress } from "../../model/names/public-address.ts";
import type { CertificateAnswer, DnsAnswer } from "../../ports/host/reach.ts";

/** Facts about a host that this machine is meant to serve. */
export interface HostFacts {
  readonly dns: DnsAnswer;
  /** The addresses of this machine's own interfaces. */
  readonly own: readonly string[];
  /** Null when the host is served by plain HTTP. */
  readonly certificate: CertificateAnswer | null;
}

export interface HostState {
  /** good: it works. wait: it will work, or nobody can tell from here. bad: somebody has to act. */
  readonly tone: "good" | "wait" | "bad";
  /** At most three words: "Live", "No DNS record". */
  readonly title: string;
  /** An explanation and what to do, or null. */
  readonly detail: string | null;
}

/**
 * How far a host is from being served: its DNS record first, then its certificate. A valid certificate proves the
 * record, because the authority has reached this machine by it. Behind NAT that is the only proof.
 */
export function hostState({ dns, own, certificate }: HostFacts): HostState {
  if (certificate?.type === "valid") {
    return good("Live", `HTTPS certificate by ${certificate.issuer}, valid until ${dayOf(certificate.expires)}.`);
  }
  if (dns.type === "unknown") {
    return wait("DNS unknown", "No DNS resolver answered, so Baton can't check the record.");
  }
  if (dns.type === "missing") return bad("No DNS record", `${recordAdvice(own)} Changes can take a few minutes.`);

  const strays = dns.addresses.filter((address) => !own.includes(address));
  if (strays.length === dns.addresses.length && !own.some((address) => isPublicAddress(address))) {
    return wait(
      "DNS not verified",
      `It points to ${list(dns.addresses)}. This machine only sees its private address ${list(own)}, so Baton can't tell whether that is this server.`,
    );
  }
  if (strays.length === dns.addresses.length) {
    return bad(
      "DNS points elsewhere",
      `It points to ${list(strays)}, not to this server (${list(own)}). Behind a proxy such as Cloudflare that is expected.`,
    );
  }
  if (strays.length > 0) {
    const kind = strays.every((address) => isIPv4(address)) ? "A" : "AAAA";
    return bad(
      "DNS partly wrong",
      `The ${kind} record for ${list(strays)} is not this server. Remove it, or certificates and visitors will go there.`,
    );
  }
  if (certificate === null) return good("Points here", null);
  if (certificate.type === "refused") {
    return bad("Certificate not trusted", `Browsers will refuse it (${certificate.reason}).`);
  }
  return wait(
    "Waiting for the certificate",
    "DNS is right. The certificate usually takes less than a minute; ports 80 and 443 must be open to the internet.",
  );
}

/** The records that point a host to this machine: "Add an A record for 203.0.113.7." */
export function recordAdvice(own: readonly string[]): string {
  const records = own
    .filter((address) => isPublicAddress(address))
    .map((address) => `${isIPv4(address) ? "an A record" : "an AAAA record"} for ${address}`);
  if (records.length > 0) return `Add ${records.join(" and ")}.`;
  return "Add an A record for this server's public address.";
}

function list(addresses: readonly string[]): string {
  return addresses.length === 0 ? "unknown" : addresses.join(", ");
}

function dayOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? "an unknown day" : date.toISOString().slice(0, 10);
}

function good(title: string, detail: string | null): HostState {
  return { tone: "good", title, detail };
}

function wait(title: string, detail: string): HostState {
  return { tone: "wait", title, detail };
}

function bad(title: string, detail: string): HostState {
  return { tone: "bad", title, detail };
}
