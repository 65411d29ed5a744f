import { isIP } from "node:net";
import type { RemoteRepository, RemoteRequest } from "../../ports/git.ts";
import { addressesOf, type Hosts } from "./remote-address.ts";
import { openSshBridge } from "./ssh-bridge.ts";
import type { Transport } from "./transport.ts";

/** Rejects with FetchFailed, or the signal's reason. */
export async function openTransport(request: RemoteRequest, hosts: Hosts, signal: AbortSignal): Promise<Transport> {
  const { remote } = request;
  const addresses = await addressesOf(remote.host, hosts, signal);
  if (remote.protocol === "ssh") return openSshBridge(request, addresses, signal);
  return {
    url: webUrl(remote),
    protocols: remote.protocol,
    config: { ...webConfig, ...pinned(remote, addresses), ...authorization(request.token) },
    said: () => "",
    async [Symbol.asyncDispose]() {},
  };
}

const webConfig = {
  "http.followRedirects": "false",
  "credential.helper": "",
  // A host that sends too slowly is abandoned.
  "http.lowSpeedLimit": "1000",
  "http.lowSpeedTime": "60",
};

function webUrl({ protocol, host, port, path }: RemoteRepository): string {
  return `${protocol}://${host}:${port}/${path.replace(/^\/+/, "")}`;
}

/**
 * Pins the host to the addresses that were looked up. Git older than 2.37 ignores this: see git-version.ts. An IP
 * address needs no pinning.
 */
function pinned({ host, port }: RemoteRepository, addresses: readonly string[]): Readonly<Record<string, string>> {
  if (isIP(host.replace(/^\[|\]$/g, ""))) return {};
  const written = addresses.map((address) => (address.includes(":") ? `[${address}]` : address));
  return { "http.curloptResolve": `${host}:${port}:${written.join(",")}` };
}

/** GitHub accepts any user name with a token; so do GitLab and Gitea. */
function authorization(token: string | null): Readonly<Record<string, string>> {
  if (token === null) return {};
  const credentials = Buffer.from(`x-access-token:${token}`).toString("base64");
  return { "http.extraHeader": `Authorization: Basic ${credentials}` };
}
