import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createWorld } from "./world.ts";

/** A world that a real browser can visit, on a port that the system chose. */
export async function serveWorld(changes: Parameters<typeof createWorld>[0] = {}) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const publicUrl = new URL(`http://localhost:${port}`);
  const world = await createWorld({ publicUrl, listen: { host: "127.0.0.1", port }, ...changes });
  const listener = getRequestListener(world.app.fetch);
  server.on("request", (request, response) => void listener(request, response));
  return {
    world,
    url: publicUrl.origin,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
