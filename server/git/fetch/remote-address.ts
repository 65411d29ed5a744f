import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { FetchFailed } from "../../ports/git.ts";

const lookupTimeoutMs = 10_000;

/** How host names are resolved, and which addresses are allowed. */
export interface Hosts {
  /** Resolves with the system's addresses for a name; rejects when there are none. */
  readonly lookUp: (name: string) => Promise<readonly string[]>;
  readonly mayConnectTo: (address: string) => boolean;
}

export async function systemLookUp(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

/**
 * Looks up the addresses of a host once. The connection uses these and no others, so that a name that resolves
 * differently the next time leads nowhere new. Rejects with FetchFailed when one of them is not allowed.
 */
export async function addressesOf(host: string, hosts: Hosts, signal: AbortSignal): Promise<readonly string[]> {
  const bare = host.replace(/^\[|\]$/g, "");
  const addresses = isIP(bare) ? [bare] : await lookUpInTime(bare, hosts, signal);
  // All addresses must be allowed: the owner of a name could mix a public address with a private one and wait for a
  // chance.
  const refused = addresses.find((address) => !hosts.mayConnectTo(address));
  if (refused !== undefined) {
    throw new FetchFailed(
      "refused-address",
      `${host} resolves to ${refused}, which is not an address on the internet`,
      "BATON_ALLOW_PRIVATE_REPOSITORIES=1 allows repositories in private networks.",
    );
  }
  return addresses;
}

async function lookUpInTime(host: string, { lookUp }: Hosts, signal: AbortSignal): Promise<readonly string[]> {
  const timeout = AbortSignal.timeout(lookupTimeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(either.reason);
    either.addEventListener("abort", onAbort, { once: true });
  });
  try {
    const found = await Promise.race([lookUp(host), aborted]);
    if (found.length === 0) throw new Error(`${host} has no address`);
    return found;
  } catch (cause) {
    signal.throwIfAborted();
    throw new FetchFailed(
      "unreachable",
      `the host ${host} cannot be resolved`,
      "Check the URL, and this server's DNS.",
      {
        cause,
      },
    );
  } finally {
    either.removeEventListener("abort", onAbort);
  }
}
