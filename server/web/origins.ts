import type { WebNeeds } from "./needs.ts";

/** The names under which Baton answers: its public URL, and loopback with its port. Nothing else is believed. */
export interface Origins {
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  /** Browsers treat the page as a secure context: Secure and __Host- cookies work, Sec-Fetch-Site is sent. */
  readonly trustworthy: boolean;
  readonly https: boolean;
}

export function createOrigins({ publicUrl, listen }: Pick<WebNeeds, "publicUrl" | "listen">): Origins {
  const loopback = ["127.0.0.1", "localhost", "[::1]"].map((name) => new URL(`http://${name}:${listen.port}`));
  const urls = [publicUrl, ...loopback];
  return {
    hosts: new Set(urls.map((url) => url.host)),
    origins: new Set(urls.map((url) => url.origin)),
    https: publicUrl.protocol === "https:",
    trustworthy: publicUrl.protocol === "https:" || isLoopbackName(publicUrl.hostname),
  };
}

function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name);
}
