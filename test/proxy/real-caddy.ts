import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type CaddyProxyOptions, createCaddyProxy } from "../../server/proxy/caddy-proxy.ts";

/**
 * The Caddy under test: BATON_CADDY_BIN, or the one on the path. A missing Caddy fails the test instead of skipping it.
 */
export function caddyBin(): string {
  const named = process.env.BATON_CADDY_BIN;
  if (named !== undefined) return named;
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "caddy"))
    .find(isExecutable);
  if (found === undefined) throw new Error("These tests need Caddy 2.11.2 or newer: set BATON_CADDY_BIN.");
  return found;
}

/** A proxy in a folder of its own, on free ports, with what a test needs to inspect and remove it. */
export async function createTestBed(changes: Partial<CaddyProxyOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "baton proxy "));
  const [httpPort = 0, httpsPort = 0, proof = 0, resting = 0] = await freePorts(4);
  const said: string[] = [];
  const options: CaddyProxyOptions = {
    folder: join(folder, "caddy"),
    routesFolder: join(folder, "routes"),
    adminSocket: join(folder, "caddy", "admin.sock"),
    bin: caddyBin(),
    httpPort,
    httpsPort,
    plainHttp: true,
    internalPorts: { proof, resting },
    publicHost: null,
    log: (message) => said.push(message),
    ...changes,
  };
  const proxy = createCaddyProxy(options);
  return {
    proxy,
    options,
    /** The supervisor's messages so far. */
    said,
    /** Opens the same folder again, as after a restart of Baton. */
    reopen: (again: Partial<CaddyProxyOptions> = {}) => createCaddyProxy({ ...options, ...again }),
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Different ports that were free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server does not listen on a port.");
  return address.port;
}

function listening(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
