import { holdLimitMs, spreadTryMs } from "../../ports/proxy.ts";
import { noAnswerPage, type StaticAnswer } from "./pages.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** A header that only the proof listener sends: a deployment's id, or one of the words below. */
export const deploymentHeader = "X-Baton-Deployment";

// A load must not cut the WebSockets of other apps; a day bounds how long an old configuration stays in memory.
const streamCloseDelay = "24h";
// Shorter than app servers' own keep-alive (Node closes after 5 s, others after 2), so that no request is sent on a
// connection that the app is just closing. A new one on loopback costs microseconds.
const upstreamIdleTimeout = "1s";

/** A refused connection has sent nothing yet, so any request may be retried. */
export const patience: JsonObject = {
  load_balancing: { try_duration: `${holdLimitMs / 1000}s`, try_interval: "50ms" },
};

/**
 * Headers in which clients claim their origin, and which apps may believe. Caddy itself replaces X-Forwarded-For, -Host
 * and -Proto. The headers of CDNs are left alone, for people who run one in front.
 */
const claims = ["Forwarded", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip"];
const furtherClaims = ["Port", "Server", "Scheme", "Ssl", "Prefix"].map((what) => `X-Forwarded-${what}`);

export function proxyTo(dial: string): JsonObject {
  return {
    handler: "reverse_proxy",
    upstreams: [{ dial }],
    headers: { request: { delete: [...claims, ...furtherClaims] } },
    stream_close_delay: streamCloseDelay,
    transport: { protocol: "http", keep_alive: { idle_timeout: upstreamIdleTimeout } },
  };
}

/** The hop from the front door to the proof listener is none of the app's business. */
const innerHop = { "X-Forwarded-For": [{ search_regexp: ", 127\\.0\\.0\\.1$", replace: "" }] };

/** The same handler for the proof listener. */
export function proven(proxy: JsonObject): JsonObject {
  const { request } = proxy.headers as { readonly request: JsonObject };
  return { ...proxy, headers: { request: { ...request, replace: innerHop } } };
}

/** A try that finds nobody is repeated at another slot, chosen at random, so the pause is short. */
const retries = { try_interval: "20ms" };
const random: JsonObject = { policy: "random" };

/** Spreads requests over these addresses, each time at random: all services share the handler, so it may not count. */
export function spreadOver(dials: readonly string[]): JsonObject {
  const { transport, ...proxy } = proxyTo("");
  return {
    ...proxy,
    upstreams: dials.map((dial) => ({ dial })),
    load_balancing: { selection_policy: random, try_duration: `${spreadTryMs}ms`, ...retries },
    transport: { ...(transport as JsonObject), dial_timeout: "1s" },
  };
}

/** The cookie that brings a visitor back to the same slot. */
export const stickyCookie = "baton_replica";
/** A container that crashed is usually back by then, on the same address. */
const stickyTryMs = 1_000;

/**
 * The same, but the first answer sets a cookie, by which the visitor comes back to the same address. The policy would try that
 * address alone; when it refuses connections, others answer. `as` changes each handler that is made.
 */
export function stickTo(
  dials: readonly string[],
  as: (proxy: JsonObject) => JsonObject = (proxy) => proxy,
): JsonObject {
  const others = spreadOver(dials);
  const selection_policy = { policy: "cookie", name: stickyCookie, fallback: random };
  const sticky = { ...others, load_balancing: { selection_policy, try_duration: `${stickyTryMs}ms`, ...retries } };
  return {
    handler: "subroute",
    routes: [{ handle: [as(sticky)] }],
    errors: {
      routes: [
        // Nothing was sent to anybody yet.
        {
          match: [{ vars_regexp: { "{http.error.message}": { pattern: "^dial " } } }],
          handle: [as(others)],
          terminal: true,
        },
        { handle: [respond(noAnswerPage)] },
      ],
    },
  };
}

/** Deferred, so that it is set when the answer leaves and overrides a header of this name from the app. */
export function named(deployment: string): JsonObject {
  return { handler: "headers", response: { set: { [deploymentHeader]: [deployment] }, deferred: true } };
}

export function respond({ status, headers, body }: StaticAnswer, extra: JsonObject = {}): JsonObject {
  return { handler: "static_response", status_code: status, headers: { ...headers, ...extra }, body };
}
