import type { RouteSpec } from "../model/spec.ts";

/** How apps are reached from outside. */
export interface FrontDoor {
  /** The server's base domain. `localhost` (and names below it) is served by plain HTTP, all else by HTTPS. */
  readonly domain: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

/** Browsers keep `localhost` and what is below it on this machine, so it is served without a certificate. */
export function isServedPlain(domain: string): boolean {
  return domain === "localhost" || domain.endsWith(".localhost");
}

/** The address of a host, as a person types it: the scheme's own port is left out. */
export function urlOf(host: string, door: FrontDoor): string {
  const [scheme, port, usual] = isServedPlain(door.domain)
    ? ["http", door.httpPort, 80]
    : ["https", door.httpsPort, 443];
  return port === usual ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}

/**
 * The hosts of a product in an environment. The first web service answers the product's own name, the others
 * `<service>.` below it; outside production the name carries the environment.
 */
export function hostsFor(installation: {
  readonly product: string;
  readonly environment: string;
  /** The environment's own domain, or the server's. */
  readonly domain: string;
  /** Names of the `web` services, the most important first. */
  readonly webServices: readonly string[];
}): readonly RouteSpec[] {
  const { product, environment, domain, webServices } = installation;
  const name = environment === "production" ? product : `${product}-${environment}`;
  return webServices.map((service, index) => ({
    service,
    host: index === 0 ? `${name}.${domain}` : `${dnsLabel(service)}.${name}.${domain}`,
  }));
}

/** Compose allows underscores, dots and capitals in service names; a DNS label does not. */
function dnsLabel(service: string): string {
  return service
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63);
}
