import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { ListeningPort } from "../../ports/engine/containers.ts";

type Service = Pick<ServiceSpec, "kind" | "port" | "portDeclared">;

/** Whether another port can be adopted at all: neither the user nor an EXPOSE named one. */
export function mayAdoptPort({ kind, port, portDeclared }: Service): boolean {
  return kind === "web" && port !== null && !portDeclared;
}

/**
 * The port to probe a web app on that listens elsewhere than on the port it was given. Null means the given port.
 *
 * Another port is adopted only if neither the user nor an EXPOSE named one, nothing listens on the given port, and
 * exactly one other port can be reached from outside the container. With two, a guess could put a metrics or debugging
 * port on the internet. Listeners on the container's loopback do not count; Node's inspector is one.
 */
export function adoptPort(
  service: Service,
  /** The ports its processes listen on. Null when that is unknown. */
  listening: readonly ListeningPort[] | null,
): number | null {
  if (!mayAdoptPort(service) || listening === null) return null;
  if (listening.some(({ port }) => port === service.port)) return null;
  // A server that listens on IPv4 and IPv6 appears twice.
  const reachable = new Set(
    listening.filter((socket) => !socket.loopbackOnly && !socket.ipv6Only).map(({ port }) => port),
  );
  const [only, ...others] = reachable;
  return only === undefined || others.length > 0 ? null : only;
}

/** The log line about an adopted port. */
export function adoptedPortNote(service: Pick<ServiceSpec, "name" | "port">, adopted: number): string {
  return `${service.name} listens on port ${adopted} instead of ${service.port} (PORT), and nothing else says which one to use, so Baton uses ${adopted}. Set port: ${adopted} in baton.yaml to use it from the start`;
}
