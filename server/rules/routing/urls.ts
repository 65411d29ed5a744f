import type { RouteSpec, ServiceSpec } from "../../model/deployment/spec.ts";
import { longestHostName } from "../../model/names/host-name.ts";

/** How clients reach apps. */
export interface FrontDoor {
  /** The server's base domain. `localhost` and names below it are served by plain HTTP, everything else by HTTPS. */
  readonly domain: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

/** Browsers resolve `localhost` and names below it to this machine, so they need no certificate. */
export function isServedPlain(domain: string): boolean {
  return domain === "localhost" || domain.endsWith(".localhost");
}

/** The URL of a host as a person would type it, without the scheme's default port. */
export function urlOf(host: string, door: FrontDoor): string {
  const [scheme, port, usual] = isServedPlain(door.domain)
    ? ["http", door.httpPort, 80]
    : ["https", door.httpsPort, 443];
  return port === usual ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}

/** The facts that decide an installation's addresses. */
export interface AddressFacts {
  readonly product: string;
  readonly environment: string;
  /** The environment's own domain, or else the server's. */
  readonly domain: string;
}

/** The host of a product's first web service. Outside production, it contains the environment's name. */
export function mainHost({ product, environment, domain }: AddressFacts): string {
  return `${environment === "production" ? product : `${product}-${environment}`}.${domain}`;
}

/**
 * The hosts of a version, the most important first: its first web service gets the product's name and the others
 * `<service>.` below it, then come hosts that services name themselves, then hosts that users gave it. A host that is
 * named twice belongs to the first; hosts of services that the version does not have are left out.
 */
export function hostsFor(
  version: AddressFacts & {
    readonly services: readonly Pick<ServiceSpec, "name" | "kind" | "domains">[];
    readonly custom: readonly RouteSpec[];
  },
): readonly RouteSpec[] {
  const main = mainHost(version);
  const web = version.services.filter(({ kind }) => kind === "web");
  const [first, ...others] = web.map(({ name }) => name);
  const labels = dnsLabels(others, longestHostName - main.length - 1);
  const routes = [
    ...(first === undefined ? [] : [{ host: main, service: first }]),
    ...others.map((service) => ({ host: `${labels.get(service)}.${main}`, service })),
    ...web.flatMap(({ name, domains }) => domains.map((host) => ({ host, service: name }))),
    ...version.custom.filter(({ service }) => web.some(({ name }) => name === service)),
  ];
  return routes.filter(({ host }, index) => routes.findIndex((other) => other.host === host) === index);
}

/** Sorts routes in the order in which the version names its hosts. Others come last. */
export function mostImportantFirst<Route extends RouteSpec>(
  served: readonly Route[],
  named: readonly RouteSpec[],
): readonly Route[] {
  const rank = ({ host }: RouteSpec) => {
    const index = named.findIndex((route) => route.host === host);
    return index === -1 ? named.length : index;
  };
  return served.toSorted((a, b) => rank(a) - rank(b));
}

const longestLabel = 63;

/**
 * A DNS label for each service, as long as there is room. Services whose name is a label keep it; others are numbered
 * when two would be equal.
 */
function dnsLabels(services: readonly string[], room: number): ReadonlyMap<string, string> {
  const longest = Math.max(1, Math.min(longestLabel, room));
  const labels = new Map<string, string>();
  const taken = new Set<string>();
  const exactFirst = services.toSorted(
    (a, b) => Number(dnsLabel(b, longest) === b) - Number(dnsLabel(a, longest) === a),
  );
  for (const service of exactFirst) {
    const plain = dnsLabel(service, longest) || "service".slice(0, longest);
    let label = plain;
    for (let number = 2; taken.has(label); number++) {
      const suffix = `-${number}`;
      const start = plain.slice(0, Math.max(0, longest - suffix.length));
      label = start === "" ? String(number) : `${start}${suffix}`;
    }
    taken.add(label);
    labels.set(service, label);
  }
  return labels;
}

/** Compose allows underscores, dots and capitals in service names, which DNS labels do not. */
function dnsLabel(service: string, longest: number): string {
  return service
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, longest)
    .replace(/-+$/, "");
}
