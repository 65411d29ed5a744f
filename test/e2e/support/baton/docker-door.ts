import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** A socket that leads to the machine's Docker and that a test can block. */
export interface DockerDoor {
  readonly environment: { readonly DOCKER_HOST: string };
  /** Behaves as if the daemon were stopped: open connections break, and new ones are refused. */
  shut(): Promise<void>;
  /** Behaves as if the daemon hung: connections are accepted, but never answered. */
  silence(): void;
  open(): Promise<void>;
}

/** Call this before `useBaton`, because the socket must outlive the Baton that uses it. */
export function useDockerDoor(): DockerDoor {
  const path = join(tmpdir(), `baton-docker-${process.pid}.sock`);
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  let isSilent = false;

  const door: DockerDoor = {
    environment: { DOCKER_HOST: `unix://${path}` },
    async shut() {
      const closing = server;
      server = null;
      for (const socket of sockets) socket.destroy();
      if (!closing?.listening) return;
      closing.close();
      await once(closing, "close");
    },
    silence() {
      isSilent = true;
    },
    async open() {
      isSilent = false;
      for (const socket of sockets) socket.destroy();
      if (server) return;
      await rm(path, { force: true });
      server = createServer({ allowHalfOpen: true }, pass).listen(path);
      await once(server, "listening");
    },
  };
  beforeAll(door.open);
  afterAll(door.shut);
  return door;

  function pass(client: Socket): void {
    const daemon = connect({ path: "/var/run/docker.sock", allowHalfOpen: true });
    for (const [from, to] of [
      [client, daemon],
      [daemon, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => isSilent || to.write(chunk));
      from.on("end", () => isSilent || to.end());
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }
}
