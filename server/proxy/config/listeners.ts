import { createServer } from "node:net";

/**
 * Rejects with one sentence when a TCP address of a configuration is in use. Caddy would not notice: it binds with
 * SO_REUSEPORT, so two Caddys on one port share its connections at random.
 */
export async function assertFree(
  listeners: readonly string[],
  /** The setting that chooses each port; Baton chooses the other ports itself. */
  settings: ReadonlyMap<number, string> = new Map(),
): Promise<void> {
  for (const listener of listeners) {
    const [, host, digits] = /^(.*):(\d+)$/.exec(listener) ?? [];
    if (host === undefined || digits === undefined) continue;
    const port = Number(digits);
    await tryPort(port, host.replace(/[[\]]/g, ""), settings.get(port) ?? null);
  }
}

async function tryPort(port: number, host: string, setting: string | null): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, exclusive: true, ...(host === "" ? {} : { host }) }, resolve);
    });
  } catch (error) {
    throw new Error(sentenceFor(error, port, setting), { cause: error });
  } finally {
    server.close();
  }
}

function sentenceFor(error: unknown, port: number, setting: string | null): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  switch (code) {
    case "EADDRINUSE":
      return setting === null
        ? `Port ${port} is in use by another program.`
        : `Port ${port} is in use by another program. Set ${setting} to a free port, or stop that program.`;
    case "EACCES":
      return setting === null
        ? `This user is not allowed to open port ${port}: ports below 1024 are reserved for root.`
        : `This user is not allowed to open port ${port}: ports below 1024 are reserved for root. Set ${setting} to 1024 or more, or run Baton as root.`;
    default:
      return `Port ${port} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
