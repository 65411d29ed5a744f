import type { CertificateAnswer, DnsAnswer, Reach } from "../../../server/ports/host/reach.ts";

/** A machine at one public address, and an internet that knows the hosts that a test gives it. */
export function createFakeReach() {
  const dns = new Map<string, DnsAnswer>();
  const certificates = new Map<string, CertificateAnswer>();
  const lookedUp: string[] = [];
  /** "10.0.0.2:7946". */
  const closed = new Set<string>();
  const own = ["198.41.0.4"];
  const reach: Reach = {
    ownAddresses: () => own,
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
    accepts: async (host, port) => port !== 1 && !closed.has(`${host}:${port}`),
  };
  return Object.assign(reach, { dns, certificates, lookedUp, closed, own });
}
