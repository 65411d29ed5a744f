/** How the internet finds this machine: its addresses, DNS, and the certificates it presents. */
export interface Reach {
  /**
   * Addresses of this machine's network interfaces, IPv4 first. Loopback, link-local and those of Docker's bridges are
   * left out. Behind NAT all of them are private.
   */
  ownAddresses(): readonly string[];
  /** The A and AAAA records of a host, according to the machine's resolvers. Only rejects with the signal's reason. */
  lookUp(host: string, signal: AbortSignal): Promise<DnsAnswer>;
  /**
   * The addresses that programs on this machine find for a host, from /etc/hosts or the resolvers. Empty when none is
   * known before the signal aborts. Never rejects.
   */
  addressesOf(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * The certificate that Caddy presents for a host on this machine's HTTPS port. Only rejects with the signal's reason.
   */
  certificate(host: string, httpsPort: number, signal: AbortSignal): Promise<CertificateAnswer>;
  /** Whether a TCP connection to another machine opens in time. Never rejects. */
  accepts(host: string, port: number, timeoutMs: number): Promise<boolean>;
}

export type DnsAnswer =
  | { readonly type: "found"; readonly addresses: readonly string[] }
  /** The name does not exist, or has neither an A nor an AAAA record. */
  | { readonly type: "missing" }
  /** No resolver answered. */
  | { readonly type: "unknown" };

export type CertificateAnswer =
  | { readonly type: "valid"; readonly issuer: string; readonly expires: Date }
  /** Browsers refuse the certificate. The reason is Node's code, such as "CERT_HAS_EXPIRED". */
  | { readonly type: "refused"; readonly reason: string }
  /** The handshake failed, so there is no certificate yet. */
  | { readonly type: "none" };
