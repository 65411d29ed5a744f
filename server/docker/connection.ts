export const defaultSocket = "/var/run/docker.sock";

/** The options with which Node's `net` and `http` connect to a daemon. */
export type DaemonAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/**
 * The address that a DOCKER_HOST value names: `unix:///path`, a bare path, or `tcp://host:port`. Throws on anything
 * else: ports are published on loopback, so a daemon on another machine would be of no use.
 */
export function daemonAddress(dockerHost: string | undefined): DaemonAddress {
  const value = dockerHost === undefined || dockerHost === "" ? defaultSocket : dockerHost;
  const path = value.startsWith("unix://") ? value.slice("unix://".length) : value;
  if (path.startsWith("/")) return { socketPath: path };

  const url = URL.canParse(value) ? new URL(value) : null;
  if (url?.protocol !== "tcp:" || url.port === "") {
    throw new Error(`DOCKER_HOST is "${value}"; accepted are unix:///path/to/docker.sock and tcp://host:port.`);
  }
  return { host: url.hostname, port: Number(url.port) };
}
