import { isIP, isIPv6 } from "node:net";
import { isLoopbackName, isReadableOnTheWay } from "../../rules/webhooks/readable-on-the-way.ts";
import type { WebAdapters } from "../adapters.ts";

/** The names that Baton answers to: its public URL, and loopback with its port. It trusts no other name. */
export interface Origins {
  /** Valid wherever a request comes from. */
  readonly hosts: ReadonlySet<string>;
  /** Valid from this machine only. A client elsewhere, even in a container, cannot have used such a name. */
  readonly loopbackHosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  /**
   * Whether browsers treat the page as a secure context: they accept Secure and __Host- cookies and send
   * Sec-Fetch-Site.
   */
  readonly trustworthy: boolean;
  readonly https: boolean;
}

export function createOrigins({ publicUrl, listen }: Pick<WebAdapters, "publicUrl" | "listen">): Origins {
  const loopback = ["127.0.0.1", "localhost", "[::1]"].map((name) => new URL(`http://${name}:${listen.port}`));
  const urls = [publicUrl, ...loopback, ...listenUrl(listen)];
  const [local, open] = [urls.filter(isLocal), urls.filter((url) => !isLocal(url))];
  return {
    hosts: new Set(open.map((url) => url.host)),
    loopbackHosts: new Set(local.map((url) => url.host)),
    origins: new Set(urls.map((url) => url.origin)),
    https: publicUrl.protocol === "https:",
    trustworthy: !isReadableOnTheWay(publicUrl),
  };
}

/** The configured listen address is ours. It is a number, so no DNS name can be rebound to it. */
function listenUrl({ host, port }: WebAdapters["listen"]): readonly URL[] {
  if (isIP(host) === 0 || host === "0.0.0.0" || host === "::") return [];
  return [new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${port}`)];
}

const isLocal = (url: URL) => isLoopbackName(url.hostname);
