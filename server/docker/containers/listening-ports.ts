import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import type { ContainerId } from "../../model/names/ids.ts";
import type { ListeningPort } from "../../ports/engine/containers.ts";
import type { Engine } from "../../ports/engine/engine.ts";
import type { Daemon } from "../host/daemon.ts";
import { inspectRaw } from "./containers.ts";

/** TCP_LISTEN in the kernel's include/net/tcp_states.h. */
const listening = "0A";
/** Docker's own resolver listens in every container on a user-defined network. */
const dockerResolver = "127.0.0.11";

/**
 * Looks from the host into the container's network namespace, through /proc of its first process, so nothing needs to
 * be installed or run in the container.
 */
export function createListeningPorts(daemon: Daemon): Engine["listeningPorts"] {
  return async (id: ContainerId) => {
    try {
      const container = await inspectRaw(daemon, id, new AbortController().signal);
      const pid = container?.State.Pid ?? 0;
      if (pid === 0) return null;
      const net = `/proc/${pid}/net`;
      const tables = [await readFile(`${net}/tcp`, "utf8"), await readFile(`${net}/tcp6`, "utf8").catch(() => "")];
      const ports = parseListeners(tables.join("\n"));
      const [address] = Object.values(container?.NetworkSettings.Networks ?? {}).flatMap(
        ({ IPAddress }) => IPAddress || [],
      );
      return address === undefined
        ? ports
        : Promise.all(ports.map((port) => withFamily(port, address, tables[0] ?? "")));
    } catch {
      // The list is a hint for people; being unable to read it is no failure.
      return null;
    }
  };
}

/** The tables do not tell whether a listener on :: accepts IPv4 as well; only a connection does. */
async function withFamily(port: ListeningPort, address: string, tcp4: string): Promise<ListeningPort> {
  if (port.loopbackOnly || parseListeners(tcp4).some((listener) => listener.port === port.port)) return port;
  return (await isRefused(address, port.port)) ? { ...port, ipv6Only: true } : port;
}

function isRefused(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 1_000 });
    const done = (refused: boolean) => {
      socket.destroy();
      resolve(refused);
    };
    socket.on("connect", () => done(false));
    socket.on("timeout", () => done(false));
    socket.on("error", (error: NodeJS.ErrnoException) => done(error.code === "ECONNREFUSED"));
  });
}

/** Reads /proc/net/tcp and tcp6: `sl local_address rem_address st …`, with addresses as hexadecimal `IP:PORT`. */
export function parseListeners(table: string): ListeningPort[] {
  const ports = new Map<number, boolean>();
  for (const line of table.split("\n")) {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const [hexAddress, hexPort] = local.split(":");
    if (state !== listening || !hexAddress || !hexPort) continue;
    const address = wordsReversed(hexAddress);
    if (address.join(".") === dockerResolver) continue;
    const port = Number.parseInt(hexPort, 16);
    ports.set(port, (ports.get(port) ?? true) && isLoopback(address));
  }
  return [...ports].map(([port, loopbackOnly]) => ({ port, loopbackOnly })).sort((a, b) => a.port - b.port);
}

/** The kernel prints an address as 32-bit words, each in the host's (little-endian) byte order. */
function wordsReversed(hex: string): number[] {
  const words = hex.match(/.{8}/g) ?? [];
  return words.flatMap((word) => [...Buffer.from(word, "hex").reverse()]);
}

function isLoopback(address: readonly number[]): boolean {
  if (address.length === 4) return address[0] === 127;
  const head = address.slice(0, 10).every((byte) => byte === 0);
  const mapped = head && address[10] === 0xff && address[11] === 0xff;
  if (mapped) return address[12] === 127;
  return head && address.slice(10, 15).every((byte) => byte === 0) && address[15] === 1;
}
