import { createServer } from "node:net";

/**
 * Rejects with one sentence when a TCP address of a configuration cannot be had. Caddy would not notice: it binds
 * with SO_REUSEPORT, so that two of them on one port share its connections at random.
 */
export async function assertFree(listeners: readonly string[]): Promise<void> {
  for (const listener of listeners) {
    const [, host, port] = /^(.*):(\d+)$/.exec(listener) ?? [];
    if (host !== undefined && port !== undefined) await tryPort(Number(port), host.replace(/[[\]]/g, ""));
  }
}

async function tryPort(port: number, host: string): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, exclusive: true, ...(host === "" ? {} : { host }) }, resolve);
    });
  } catch (error) {
    throw new Error(sentenceFor(error, port), { cause: error });
  } finally {
    server.close();
  }
}

function sentenceFor(error: unknown, port: number): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} is in use by another program.`;
    case "EACCES":
      return `Port ${port} may not be opened by this user; ports below 1024 are reserved for root.`;
    default:
      return `Port ${port} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
