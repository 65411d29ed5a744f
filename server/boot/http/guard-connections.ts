import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isGitPath } from "../../routes.ts";

export interface ConnectionLimits {
  /**
   * The limits in total and per address. Loopback addresses are exempt from the second: they may be everybody behind a
   * proxy.
   */
  readonly connections: number;
  readonly perAddress: number;
  /** Longer than any route waits for a body, so that the route can answer first. */
  readonly bodyMs: number;
  /** A push over a slow line may take hours as long as it keeps moving: this many bytes in this much time. */
  readonly pushWindowMs: number;
  readonly pushWindowBytes: number;
  /** How long the rest of a body may take after its answer is complete. */
  readonly leftOverMs: number;
}

export const usualLimits: ConnectionLimits = {
  connections: 4_000,
  perAddress: 500,
  bodyMs: 40_000,
  pushWindowMs: 60_000,
  pushWindowBytes: 4 * 1024,
  leftOverMs: 3_000,
};

/**
 * Closes connections that an attacker could hold for free: too many at once, and bodies that never arrive. Answers
 * may take any time: only a request that has not arrived completely is cut off.
 */
export function guardConnections(server: Server, limits: ConnectionLimits = usualLimits): void {
  server.maxConnections = limits.connections;
  makeRoom(server, limits.connections);
  server.on("connection", limitByAddress(limits.perAddress));
  server.on("request", (request, response) => {
    if (hasNoBody(request)) return;
    const isGit = isGitPath(request.url ?? "");
    const stop = isGit ? watchPush(request, limits) : later(limits.bodyMs, () => end408(request, response));
    request.once("close", stop);
    request.once("end", stop);
    response.once("finish", () => {
      // Git reads an answer only after it has sent everything, unless the answer is an error.
      if (request.complete || (isGit && response.statusCode < 400)) return;
      request.once(
        "close",
        later(limits.leftOverMs, () => cut(request)),
      );
    });
  });
}

/** Above this part of the limit, a new connection takes the place of one on which nothing happens. */
const crowded = 0.9;

/** Closes the connection that has been idle for the longest, so that idle ones keep nobody out. */
function makeRoom(server: Server, limit: number): void {
  /** In the order in which they became idle. */
  const idle = new Set<Socket>();
  let open = 0;
  server.on("connection", (socket: Socket) => {
    open += 1;
    if (open > limit * crowded) idle.values().next().value?.destroy();
    idle.add(socket);
    socket.once("close", () => {
      open -= 1;
      idle.delete(socket);
    });
  });
  server.on("request", ({ socket }, response) => {
    idle.delete(socket);
    response.once("close", () => {
      if (!socket.destroyed) idle.add(socket);
    });
  });
}

/** Most requests have no body. Node sets `complete` only after its listeners ran, so this looks at the headers. */
function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
}

function limitByAddress(perAddress: number): (socket: Socket) => void {
  const counts = new Map<string, number>();
  return (socket) => {
    const address = socket.remoteAddress ?? "";
    if (/^(?:::ffff:)?127\.|^::1$/.test(address)) return;
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    socket.once("close", () => {
      const left = (counts.get(address) ?? 1) - 1;
      if (left === 0) counts.delete(address);
      else counts.set(address, left);
    });
    if (count > perAddress) socket.destroy();
  };
}

/** Closes a push that has stalled. While bytes wait to be read, Baton itself is the slow side. */
function watchPush(request: IncomingMessage, { pushWindowMs, pushWindowBytes }: ConnectionLimits): () => void {
  const { socket } = request;
  let seen = socket.bytesRead;
  const timer = setInterval(() => {
    const came = socket.bytesRead - seen;
    seen = socket.bytesRead;
    if (came < pushWindowBytes && request.readableLength === 0) end408(request, null);
  }, pushWindowMs).unref();
  return () => clearInterval(timer);
}

/** Answers as Node itself answers a slow request, if nothing has been sent on the connection yet. */
function end408(request: IncomingMessage, response: ServerResponse | null): void {
  if (request.complete) return;
  const { socket } = request;
  const isSilent = response ? !response.headersSent : socket.bytesWritten === 0;
  if (isSilent && socket.writable) socket.write("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n");
  socket.destroySoon();
}

function cut(request: IncomingMessage): void {
  if (!request.complete) request.socket.destroy();
}

function later(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms).unref();
  return () => clearTimeout(timer);
}
