import { Agent } from "node:http";
import { inspect } from "node:util";
import Docker from "dockerode";

export const defaultSocket = "/var/run/docker.sock";

/**
 * Connects to the daemon that a DOCKER_HOST value names: `unix:///path`, a bare path, or `tcp://host:port`. Throws on
 * anything else: ports are published on loopback, so a daemon on another machine would be of no use.
 */
export function connect(dockerHost: string | undefined): Docker {
  // A restarted daemon resets the idle connections that it left behind; a new one costs nothing on a Unix socket.
  const agent = quietAgent();
  const value = dockerHost === undefined || dockerHost === "" ? defaultSocket : dockerHost;
  const path = value.startsWith("unix://") ? value.slice("unix://".length) : value;
  // The host is empty because docker-modem reads DOCKER_HOST on its own and prefers a host to a socket.
  if (path.startsWith("/")) {
    const options = { socketPath: path, host: "", agent };
    return new Docker(options);
  }

  const url = URL.canParse(value) ? new URL(value) : null;
  if (url?.protocol !== "tcp:" || url.port === "") {
    throw new Error(`DOCKER_HOST is "${value}"; accepted are unix:///path/to/docker.sock and tcp://host:port.`);
  }
  const options = { protocol: "http" as const, host: url.hostname, port: url.port, agent };
  return new Docker(options);
}

/**
 * docker-modem formats the agent for a debug line on every call, whether or not anybody reads that line. With eight
 * calls open, formatting their sockets took 29 ms of CPU a call; as a word it takes none.
 */
function quietAgent(): Agent {
  return Object.assign(new Agent({ keepAlive: false }), { [inspect.custom]: () => "Agent" });
}
