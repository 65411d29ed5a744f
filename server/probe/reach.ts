import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { connect as connectPlain, isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import { connect } from "node:tls";
import type { CertificateAnswer, DnsAnswer, Reach } from "../ports/host/reach.ts";

const lookUpTimeoutMs = 2_000;
const handshakeTimeoutMs = 3_000;

/** Docker's bridges, the host's ends of container interfaces, and the swarm gateway. */
const dockerInterface = /^(?:docker|br-|veth|docker_gwbridge)/;

export function createReach(): Reach {
  return {
    ...{ ownAddresses, lookUp, certificate, accepts },
    addressesOf: (host, signal) => addressesOf(host, "/etc/hosts", signal),
  };
}

function ownAddresses(): readonly string[] {
  const addresses = Object.entries(networkInterfaces())
    .filter(([name]) => !dockerInterface.test(name))
    .flatMap(([, entries]) => entries ?? [])
    .filter(({ internal, address }) => !internal && !/^(?:fe80:|169\.254\.)/i.test(address))
    .map(({ address }) => address);
  return [...addresses.filter((address) => isIPv4(address)), ...addresses.filter((address) => !isIPv4(address))];
}

/** c-ares' codes for a name that does not exist. */
const notThere = new Set(["ENOTFOUND", "ENODATA", "ENONAME"]);

async function lookUp(host: string, signal: AbortSignal): Promise<DnsAnswer> {
  signal.throwIfAborted();
  const resolver = new Resolver({ timeout: lookUpTimeoutMs, tries: 2 });
  const cancel = () => resolver.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    signal.throwIfAborted();
    const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    if (addresses.length > 0) return { type: "found", addresses };
    const isMissing = answers.every((answer) => answer.status === "rejected" && notThere.has(answer.reason?.code));
    return { type: isMissing ? "missing" : "unknown" };
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/**
 * Avoids the system's resolver, which blocks a thread of Node's pool for as long as a dead DNS server is silent: four
 * of those block all file access.
 */
export async function addressesOf(host: string, hostsFile: string, signal: AbortSignal): Promise<readonly string[]> {
  const name = host.replace(/\.$/, "").toLowerCase();
  const lines = (await readFile(hostsFile, "utf8").catch(() => "")).split("\n");
  const written = lines.flatMap((line) => {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().toLowerCase().split(/\s+/);
    return names.includes(name) ? [address] : [];
  });
  if (written.length > 0) return written;
  const answer = await lookUp(name, signal).catch((): DnsAnswer => ({ type: "unknown" }));
  return answer.type === "found" ? answer.addresses : [];
}

function accepts(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectPlain({ host, port, timeout: timeoutMs });
    const done = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once("connect", () => done(true));
    socket.once("timeout", () => done(false));
    socket.on("error", () => done(false));
  });
}

function certificate(host: string, httpsPort: number, signal: AbortSignal): Promise<CertificateAnswer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Whether browsers would trust it is read below; a refused connection could not tell why.
    const socket = connect({ host: "127.0.0.1", port: httpsPort, servername: host, rejectUnauthorized: false });
    const done = (answer: CertificateAnswer) => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(answer);
    };
    const onAbort = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    socket.setTimeout(handshakeTimeoutMs, () => done({ type: "none" }));
    socket.on("error", () => done({ type: "none" }));
    socket.on("secureConnect", () => {
      const shown = socket.getPeerCertificate();
      if (!socket.authorized) {
        const error: unknown = socket.authorizationError;
        return done({ type: "refused", reason: error instanceof Error ? error.message : String(error) });
      }
      const organisation = shown.issuer?.O ?? shown.issuer?.CN ?? "an unnamed authority";
      const issuer = Array.isArray(organisation) ? organisation.join(", ") : organisation;
      done({ type: "valid", issuer, expires: new Date(shown.valid_to) });
    });
  });
}
