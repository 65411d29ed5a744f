import type { CertificateAnswer, DnsAnswer, Reach } from "../../../server/ports/host/reach.ts";

/** A machine at one public address, and an internet that knows the hosts that a test gives it. */
export function createFakeReach() {
  const dns = new Map<string, DnsAnswer>();
  const certificates = new Map<string, CertificateAnswer>();
  const lookedUp: string[] = [];
  const reach: Reach = {
    ownAddresses: () => ["198.41.0.4"],
    lookUp: async (host, signal) => {
      signal.throwIfAborted();
      lookedUp.push(host);
      return dns.get(host) ?? { type: "missing" };
    },
    addressesOf: async (host) => {
      const answer = dns.get(host);
      return answer?.type === "found" ? answer.addresses : [];
    },
    async certificate(host, _port, signal) {
      signal.throwIfAborted();
      return certificates.get(host) ?? { type: "none" };
    },
  };
  return Object.assign(reach, { dns, certificates, lookedUp });
}
