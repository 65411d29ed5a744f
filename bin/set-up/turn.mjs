import { once } from "node:events";
import { connect, createServer } from "node:net";

const name = `\0baton-set-up-${process.getuid?.() ?? 0}`;

/**
 * Allows one set-up at a time on a machine, because two would install into the same folder and start Docker twice. The
 * lock is an abstract socket, which the kernel frees with its process, so nothing is left after a kill.
 *
 * @param {() => void} onWait called once when another set-up is running
 * @returns {Promise<() => void>} releases the lock
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

/** Waits until the other set-up ends, which closes the connection. */
function untilFree(socket) {
  return new Promise((resolve) => {
    connect(socket)
      .on("error", () => {})
      .on("close", resolve)
      .resume();
  });
}
