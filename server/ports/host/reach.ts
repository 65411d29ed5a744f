/** How the internet finds this machine: its addresses, DNS, and the certificates that it presents. */
export interface Reach {
  /**
   * Addresses of this machine's network interfaces, IPv4 first. Loopback, link-local and those of Docker's bridges are
   * left out. Behind NAT all of them are private.
   */
  ownAddresses(): readonly string[];
  /** The A and AAAA records of a host, asked of the machine's resolvers. Never rejects but for the signal. */
  lookUp(host: string, signal: AbortSignal): Promise<DnsAnswer>;
  /**
   * The addresses that programs on this machine find for a host: in /etc/hosts, else of its resolvers. Empty: none is known
   * before the signal is aborted. Never rejects.
   */
  addressesOf(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /** The certificate that Caddy presents for a host on this machine's HTTPS port. Never rejects but for the signal. */
  certificate(host: string, httpsPort: number, signal: AbortSignal): Promise<CertificateAnswer>;
}

export type DnsAnswer =
  | { readonly type: "found"; readonly addresses: readonly string[] }
  /** The name does not exist, or has neither an A nor an AAAA record. */
  | { readonly type: "missing" }
  /** No resolver answered. */
  | { readonly type: "unknown" };

export type CertificateAnswer =
  | { readonly type: "valid"; readonly issuer: string; readonly expires: Date }
  /** Presented, but browsers refuse it: the reason is Node's code, such as "CERT_HAS_EXPIRED". */
  | { readonly type: "refused"; readonly reason: string }
  /** The handshake failed: there is none yet. */
  | { readonly type: "none" };
