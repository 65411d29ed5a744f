import { once } from "node:events";
import { connect, createServer } from "node:net";

const name = `\0baton-set-up-${process.getuid?.() ?? 0}`;

/**
 * One set-up at a time on a machine: two at once would install into the same folder and start Docker twice.
 * The turn is an abstract socket, which the kernel frees with its process: nothing is left over after a kill.
 *
 * @param {() => void} onWait called once when another set-up is at work
 * @returns {Promise<() => void>} gives the turn back
 */
export async function takeTurn(onWait, socket = name) {
  for (let waited = false; ; waited = true) {
    const server = createServer();
    const visitors = new Set();
    server.on("connection", (visitor) => visitors.add(visitor.on("error", () => {})));
    if (await listens(server, socket)) {
      return () => {
        server.close();
        for (const visitor of visitors) visitor.destroy();
      };
    }
    if (!waited) onWait();
    await untilFree(socket);
  }
}

async function listens(server, socket) {
  try {
    await once(server.listen(socket), "listening");
    return true;
  } catch (error) {
    if (error.code === "EADDRINUSE") return false;
    throw error;
  }
}

/** The connection to whoever has the turn ends with it. */
function untilFree(socket) {
  return new Promise((resolve) => {
    connect(socket)
      .on("error", () => {})
      .on("close", resolve)
      .resume();
  });
}
