import { join } from "node:path";
import type { InstallationId } from "../../model/names/ids.ts";
import { holdLimitMs, type InstallationRoutes } from "../../ports/proxy.ts";
import { addressFile } from "../switch/address-files.ts";
import { gateAddress, matchGate } from "../switch/gate.ts";
import { stopped } from "../switch/route-folders.ts";
import { hostsOf, inOrder, servicesOf, splitByWaiting } from "../switch/route-table.ts";
import {
  linkedAddress,
  linkedDeployment,
  lowerCaseHost,
  matchLinked,
  matchLinkedTo,
  matchLinkedWithDeployment,
} from "./linked-routes.ts";
import { noAnswerPage, nothingDeployedPage, type StaticAnswer, stoppedPage, unknownHostPage } from "./pages.ts";

/** The part of the configuration that stays the same while hosts come and go, above all the listeners. */
export interface FixedConfig {
  /** Caddy's own folder: certificates, logs, the configuration file. */
  readonly folder: string;
  /**
   * The folder of the switches: `<routesFolder>/<installation>/live/@<service>` holds the address to dial; see Switch.
   */
  readonly routesFolder: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Serves the apps over plain HTTP on loopback (for a domain of `localhost`) instead of HTTPS on all interfaces. */
  readonly plainHttp: boolean;
  /** Whether this host has `::1`: browsers try it first for `*.localhost`. */
  readonly ipv6Loopback: boolean;
  readonly internalPorts: InternalPorts;
  /** Baton's own host, served over HTTPS. */
  readonly publicHost: { readonly host: string; readonly upstreamPort: number } | null;
  readonly adminSocket: string;
}

export interface InternalPorts {
  /** The listener that serves the public routes and names the deployment that answered. */
  readonly proof: number;
  /** The listener that the switch points to while no deployment is live. */
  readonly resting: number;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };
export type CaddyConfig = JsonObject;

/** The Host and Origin that the admin endpoint accepts. */
export const adminOrigin = "baton";
/** A header that only the proof listener sends: a deployment's id, or one of the words below. */
export const deploymentHeader = "X-Baton-Deployment";
/** The proof listener's answer for a host without a route. */
export const unknownHost = "unknown";

// A load must not cut the WebSockets of other apps; a day bounds how long an old configuration stays in memory.
const streamCloseDelay = "24h";
// Shorter than app servers' own keep-alive (Node closes after 5 s, others after 2), so that no request is sent on a
// connection that the app is just closing. A new one on loopback costs microseconds.
const upstreamIdleTimeout = "1s";

/**
 * Renders the whole configuration for these routes in a fixed order, so that equal routes give equal configurations.
 */
export function renderConfig(frame: FixedConfig, installations: readonly InstallationRoutes[]): CaddyConfig {
  const routes = inOrder(installations);
  return {
    admin: {
      listen: `unix/${frame.adminSocket}|0600`,
      origins: [adminOrigin],
      // Caddy always starts from Baton's own file.
      config: { persist: false },
    },
    logging: { logs: { default: defaultLog(frame) } },
    storage: { module: "file_system", root: join(frame.folder, "storage") },
    apps: {
      http: { http_port: frame.httpPort, https_port: frame.httpsPort, servers: servers(frame, routes) },
      // The root of the authority for names like `app.internal` must not get into this machine's trust stores.
      pki: { certificate_authorities: { local: { install_trust: false } } },
    },
  };
}

function servers(frame: FixedConfig, installations: readonly InstallationRoutes[]): JsonObject {
  const { plainHttp, publicHost, internalPorts } = frame;
  const { waiting, linked } = splitByWaiting(installations);
  const apps = appsOf(frame, waiting);
  const front = apps.map(({ id, hosts, upstream }) => ({
    "@id": id,
    ...forHosts(hosts, [{ ...proxyTo(upstream), ...patience }]),
  }));
  const baton =
    publicHost === null ? [] : [forHosts([publicHost.host], [proxyTo(`127.0.0.1:${publicHost.upstreamPort}`)])];
  const hosts = [...hostsOf(installations), ...(publicHost === null ? [] : [publicHost.host])];
  const doors = plainHttp
    ? {
        front: plainServer(loopback(frame, frame.httpPort), [
          gateRoute(frame),
          ...front,
          ...linkedRoutes(frame),
          ...withoutDot,
          notFound,
        ]),
        ...(publicHost === null ? {} : { public: secureServer(frame, [...baton, ...withoutDot, notFound]) }),
      }
    : {
        front: secureServer(frame, [
          ...[...baton, gateRoute(frame), ...front, ...certifiedRoutes(frame, hostsOf(linked))],
          ...[...withoutDot, notFound],
        ]),
        redirect: plainServer([`:${frame.httpPort}`], [...redirectToHttps(frame, hosts), ...withoutDot, notFound]),
      };
  return {
    ...doors,
    proof: {
      ...plainServer(
        [`127.0.0.1:${internalPorts.proof}`],
        [...apps.map(proofRoute), ...linkedProof(frame), unknownToProof],
      ),
      // Requests that have waited at the gate come from the front door, which knows who sent them.
      trusted_proxies: { source: "static", ranges: ["127.0.0.1/32"] },
    },
    resting: plainServer([`127.0.0.1:${internalPorts.resting}`], restingRoutes(frame, waiting)),
  };
}

/** The route of all hosts that have a link. */
function linkedRoutes({ routesFolder }: FixedConfig): readonly JsonObject[] {
  return [lowerCaseHost, { match: [matchLinked(routesFolder)], handle: [proxyTo(linkedAddress)], terminal: true }];
}

/** The same over HTTPS: Caddy obtains certificates for the hosts that routes name. */
function certifiedRoutes(frame: FixedConfig, hosts: readonly string[]): readonly JsonObject[] {
  if (hosts.length === 0) return [];
  const match = [{ host: hosts, ...matchLinked(frame.routesFolder) }];
  return [lowerCaseHost, { match, handle: [proxyTo(linkedAddress)], terminal: true }];
}

function linkedProof({ routesFolder }: FixedConfig): readonly JsonObject[] {
  const match = [matchLinkedWithDeployment(routesFolder)];
  return [lowerCaseHost, { match, handle: [named(linkedDeployment), provenProxyTo(linkedAddress)], terminal: true }];
}

/** One service that has a route of its own, because requests wait while it is replaced. */
interface App {
  readonly id: string;
  readonly hosts: readonly string[];
  readonly upstream: string;
  /** A placeholder that expands to the id of the deployment that the switch points to. */
  readonly deployment: string;
}

function appsOf(frame: FixedConfig, installations: readonly InstallationRoutes[]): readonly App[] {
  return installations.flatMap(({ installation, routes }) =>
    servicesOf({ installation, routes }).map((service) => ({
      id: `${installation}/${service}`,
      hosts: routes.filter((route) => route.service === service).map((route) => route.host),
      upstream: liveFile(frame, installation, addressFile(service)),
      deployment: liveFile(frame, installation, ".deployment"),
    })),
  );
}

/** A placeholder that Caddy expands for each request, so that a cut-over is a rename and not a load. */
function liveFile(frame: FixedConfig, installation: InstallationId, name: string): string {
  return `{file.${join(frame.routesFolder, String(installation), "live", name)}}`;
}

/** Logs warnings and errors; there is no access log. Its size is bounded, because Caddy outlives Baton by months. */
function defaultLog(frame: FixedConfig): JsonObject {
  const filename = join(frame.folder, "caddy.log");
  const writer = { output: "file", filename, roll_size_mb: 10, roll_keep: 1, roll_gzip: false };
  // Errors at the admin endpoint are returned to Baton, which made the request.
  return { level: "WARN", exclude: ["admin"], writer };
}

function plainServer(listen: readonly string[], routes: readonly JsonObject[]): JsonObject {
  return { listen, protocols: ["h1"], routes, errors: whenNothingAnswers, automatic_https: { disable: true } };
}

function secureServer(frame: FixedConfig, routes: readonly JsonObject[]): JsonObject {
  // Caddy's own redirects would send unknown hosts to a handshake that fails.
  const automatic_https = { disable_redirects: true };
  return { listen: [`:${frame.httpsPort}`], routes, errors: whenNothingAnswers, automatic_https };
}

function loopback(frame: FixedConfig, port: number): readonly string[] {
  return frame.ipv6Loopback ? [`127.0.0.1:${port}`, `[::1]:${port}`] : [`127.0.0.1:${port}`];
}

function forHosts(hosts: readonly string[], handle: readonly JsonObject[]) {
  return { match: [{ host: hosts }], handle, terminal: true } as const;
}

/** A refused connection has sent nothing yet, so any request may be retried. */
const patience: JsonObject = { load_balancing: { try_duration: `${holdLimitMs / 1000}s`, try_interval: "50ms" } };

/**
 * Headers in which clients claim their origin, and which apps may believe. Caddy itself replaces X-Forwarded-For, -Host
 * and -Proto. The headers of CDNs are left alone, for people who run one in front.
 */
const claims = ["Forwarded", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip"];
const furtherClaims = ["Port", "Server", "Scheme", "Ssl", "Prefix"].map((what) => `X-Forwarded-${what}`);

function proxyTo(dial: string): JsonObject {
  return {
    handler: "reverse_proxy",
    upstreams: [{ dial }],
    headers: { request: { delete: [...claims, ...furtherClaims] } },
    stream_close_delay: streamCloseDelay,
    transport: { protocol: "http", keep_alive: { idle_timeout: upstreamIdleTimeout } },
  };
}

/** While the gate is closed, requests wait here; then they go on to the proof listener, which serves the same hosts. */
function gateRoute({ routesFolder }: FixedConfig): JsonObject {
  const { headers, ...proxy } = proxyTo(gateAddress(routesFolder));
  const response = { delete: [deploymentHeader] };
  return {
    match: [matchGate(routesFolder)],
    handle: [{ ...proxy, ...patience, headers: { ...(headers as JsonObject), response } }],
    terminal: true,
  };
}

/** The hop from the front door to the proof listener is none of the app's business. */
const innerHop = { "X-Forwarded-For": [{ search_regexp: ", 127\\.0\\.0\\.1$", replace: "" }] };

function provenProxyTo(dial: string): JsonObject {
  const { headers, ...proxy } = proxyTo(dial);
  const { request } = headers as { readonly request: JsonObject };
  return { ...proxy, headers: { request: { ...request, replace: innerHop } } };
}

function proofRoute({ hosts, upstream, deployment }: App): JsonObject {
  return forHosts(hosts, [named(deployment), provenProxyTo(upstream)]);
}

/** Deferred, so that it is set when the answer leaves and overrides a header of this name from the app. */
function named(deployment: string): JsonObject {
  return { handler: "headers", response: { set: { [deploymentHeader]: [deployment] }, deferred: true } };
}

function restingRoutes(frame: FixedConfig, installations: readonly InstallationRoutes[]): readonly JsonObject[] {
  const whenStopped = (match: JsonObject) => ({ match: [match], handle: [respond(stoppedPage)], terminal: true });
  const ofWaiting = installations.map(({ installation, routes }) =>
    whenStopped({
      host: routes.map((route) => route.host),
      vars: { [liveFile(frame, installation, ".deployment")]: [stopped] },
    }),
  );
  const others = { handle: [respond(nothingDeployedPage)] };
  return [...ofWaiting, whenStopped(matchLinkedTo(stopped, frame.routesFolder)), others];
}

function redirectToHttps(frame: FixedConfig, hosts: readonly string[]): readonly JsonObject[] {
  if (hosts.length === 0) return [];
  const port = frame.httpsPort === 443 ? "" : `:${frame.httpsPort}`;
  const headers = { Location: [`https://{http.request.host}${port}{http.request.uri}`] };
  return [forHosts(hosts, [{ handler: "static_response", status_code: "308", headers }])];
}

/**
 * `shop.example.com.` is the same name to DNS but matches no route, so its requests are redirected to the name without
 * the dot.
 */
const withoutDot: readonly JsonObject[] = [
  {
    match: [{ header_regexp: { Host: { name: "dotted", pattern: "^([A-Za-z0-9.-]*[A-Za-z0-9])\\.(:[0-9]+)?$" } } }],
    handle: [
      {
        handler: "static_response",
        status_code: "308",
        headers: {
          Location: ["{http.request.scheme}://{http.regexp.dotted.1}{http.regexp.dotted.2}{http.request.uri}"],
        },
      },
    ],
    terminal: true,
  },
];

function respond({ status, headers, body }: StaticAnswer, extra: JsonObject = {}): JsonObject {
  return { handler: "static_response", status_code: status, headers: { ...headers, ...extra }, body };
}

const notFound: JsonObject = { handle: [respond(unknownHostPage)] };
const unknownToProof: JsonObject = { handle: [respond(unknownHostPage, { [deploymentHeader]: [unknownHost] })] };
const whenNothingAnswers: JsonObject = {
  routes: [
    {
      match: [{ vars: { "{http.error.status_code}": ["500", "502", "503", "504"] } }],
      handle: [respond(noAnswerPage)],
    },
  ],
};
