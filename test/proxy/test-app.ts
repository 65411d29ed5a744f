import { createServer, type ServerResponse } from "node:http";
import { WebSocketServer } from "ws";
import { hostAddress } from "../../server/model/names/host-address.ts";
import { portOf } from "./real-caddy.ts";

/**
 * An app that answers with its name: `/` at once, `/slow` when it is released, `/events` as server-sent events, and
 * WebSockets that echo with its name as a prefix.
 */
export async function startApp(name: string, host = "127.0.0.1") {
  const waiting = new Set<ServerResponse>();
  let arrived = () => {};
  const server = createServer((request, response) => {
    response.setHeader("X-Baton-Deployment", "999");
    if (request.url === "/slow" || request.url === "/events") {
      const type = request.url === "/events" ? "text/event-stream" : "text/plain";
      if (type === "text/event-stream") response.writeHead(200, { "Content-Type": type }).write(`data: ${name}\n\n`);
      waiting.add(response);
      response.on("close", () => waiting.delete(response));
      arrived();
    } else {
      response.end(name);
    }
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    socket.on("message", (message) => socket.send(`${name}: ${message}`));
    arrived();
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));

  return {
    port: portOf(server),
    address: hostAddress(host, portOf(server)),
    /** Resolves when the next slow request, stream or WebSocket has arrived. Call it before sending that. */
    nextArrival: () =>
      new Promise<void>((resolve) => {
        arrived = resolve;
      }),
    /** Answers all waiting requests with the app's name. */
    release() {
      for (const response of waiting) response.end(name);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
