import { isIP, isIPv6 } from "node:net";
import { isLoopbackName, isReadableOnTheWay } from "../../rules/webhooks/readable-on-the-way.ts";
import type { WebAdapters } from "../adapters.ts";

/** The names under which Baton answers: its public URL, and loopback with its port. Nothing else is believed. */
export interface Origins {
  /** From wherever a request comes. */
  readonly hosts: ReadonlySet<string>;
  /** From this machine only: whoever is elsewhere, a container among them, cannot have reached us by such a name. */
  readonly loopbackHosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  /** Browsers treat the page as a secure context: Secure and __Host- cookies work, Sec-Fetch-Site is sent. */
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

/** An address that was chosen to listen on is ours; it is a number, so no DNS name can be rebound to it. */
function listenUrl({ host, port }: WebAdapters["listen"]): readonly URL[] {
  if (isIP(host) === 0 || host === "0.0.0.0" || host === "::") return [];
  return [new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${port}`)];
}

const isLocal = (url: URL) => isLoopbackName(url.hostname);
