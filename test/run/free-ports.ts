import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the ephemeral range: a server that is started again must find its port free, although clients of
 * this machine open thousands of connections meanwhile.
 */
const first = 10_000;
const last = 19_999;

/** Ports that nothing listened on a moment ago, all different. */
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
