import { join } from "node:path";
import type { InstallationId } from "../../model/names/ids.ts";
import type { InstallationRoutes } from "../../ports/proxy.ts";
import { addressFile } from "../switch/address-files.ts";
import { gateAddress, matchGate } from "../switch/gate.ts";
import { stopped } from "../switch/route-folders.ts";
import { hostsOf, inOrder, servicesOf, splitByWaiting } from "../switch/route-table.ts";
import { deploymentHeader, type JsonObject, named, patience, proven, proxyTo, respond } from "./handlers.ts";
import { linkedProof, linkedRoutes, matchLinkedTo } from "./linked-routes.ts";
import { noAnswerPage, nothingDeployedPage, stoppedPage, unknownHostPage } from "./pages.ts";

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

export type CaddyConfig = JsonObject;

/** The Host and Origin that the admin endpoint accepts. */
export const adminOrigin = "baton";
/** The proof listener's answer for a host without a route. */
export const unknownHost = "unknown";

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
  const { plainHttp, publicHost, internalPorts, routesFolder } = frame;
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
          ...linkedRoutes(routesFolder),
          ...withoutDot,
          notFound,
        ]),
        ...(publicHost === null ? {} : { public: secureServer(frame, [...baton, ...withoutDot, notFound]) }),
      }
    : {
        front: secureServer(frame, [
          ...[...baton, gateRoute(frame), ...front, ...linkedRoutes(routesFolder, hostsOf(linked))],
          ...[...withoutDot, notFound],
        ]),
        redirect: plainServer([`:${frame.httpPort}`], [...redirectToHttps(frame, hosts), ...withoutDot, notFound]),
      };
  return {
    ...doors,
    proof: {
      ...plainServer(
        [`127.0.0.1:${internalPorts.proof}`],
        [...apps.map(proofRoute), ...linkedProof(routesFolder), unknownToProof],
      ),
      // Requests that have waited at the gate come from the front door, which knows who sent them.
      trusted_proxies: { source: "static", ranges: ["127.0.0.1/32"] },
    },
    resting: plainServer([`127.0.0.1:${internalPorts.resting}`], restingRoutes(frame, waiting)),
  };
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

function proofRoute({ hosts, upstream, deployment }: App): JsonObject {
  return forHosts(hosts, [named(deployment), proven(proxyTo(upstream))]);
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
