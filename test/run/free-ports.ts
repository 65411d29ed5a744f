import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * These ports are below the ephemeral range. A server that restarts must find its port free, although clients on this
 * machine open thousands of connections meanwhile.
 */
const first = 10_000;
const last = 19_999;

/** Different ports on which nothing listened a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(first, last);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(false))
      .listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
