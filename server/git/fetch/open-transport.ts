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
  // A host that trickles is given up.
  "http.lowSpeedLimit": "1000",
  "http.lowSpeedTime": "60",
};

function webUrl({ protocol, host, port, path }: RemoteRepository): string {
  return `${protocol}://${host}:${port}/${path.replace(/^\/+/, "")}`;
}

/** Git older than 2.37 takes no notice: see git-version.ts. An address is its own name. */
function pinned({ host, port }: RemoteRepository, addresses: readonly string[]): Readonly<Record<string, string>> {
  if (isIP(host.replace(/^\[|\]$/g, ""))) return {};
  const written = addresses.map((address) => (address.includes(":") ? `[${address}]` : address));
  return { "http.curloptResolve": `${host}:${port}:${written.join(",")}` };
}

/** GitHub takes any user name with a token, GitLab and Gitea as well. */
function authorization(token: string | null): Readonly<Record<string, string>> {
  if (token === null) return {};
  const credentials = Buffer.from(`x-access-token:${token}`).toString("base64");
  return { "http.extraHeader": `Authorization: Basic ${credentials}` };
}
