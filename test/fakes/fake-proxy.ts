import type { Proxy as ReverseProxy } from "../../server/ports/proxy.ts";
import { ProxyUnavailable } from "../../server/ports/proxy.ts";

/** A proxy that is available or away; serving is not faked. */
export interface FakeProxy extends ReverseProxy {
  away: boolean;
}

export function createFakeProxy(): FakeProxy {
  const proxy: FakeProxy = {
    away: false,
    async ping() {
      if (proxy.away) throw new ProxyUnavailable("the fake proxy is away");
    },
    version: async () => "2.11.4",
    setRoutes: async () => [],
    prepare: async () => {},
    hold: async () => {},
    upstreamsOf: async () => new Map(),
    switchTo: async () => ({ tookMs: 0.2, at: new Date() }),
    current: async () => null,
    forget: async () => {},
    forgetInstallation: async () => {},
    listFolders: async () => new Map(),
    prove: async () => null,
    inFlight: async () => 0,
  };
  return proxy;
}
