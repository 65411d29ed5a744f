import { createServer, type RequestListener } from "node:http";
import { guardConnections, usualLimits } from "./guard-connections.ts";

/** A large push over a slow line takes hours. `guardConnections` closes stalled requests long before this. */
const requestTimeoutMs = 24 * 60 * 60 * 1000;
const headersTimeoutMs = 15_000;
/** How often Node looks for slow requests. Its default of 30 s would be added to each limit. */
const checkMs = 5_000;

/** Serves until closed. Rejects with a one-sentence message if the address cannot be used. */
export async function listen(
  listener: RequestListener,
  address: { readonly host: string; readonly port: number },
  maxConnections = usualLimits.connections,
): Promise<{ close(): Promise<void> }> {
  const limits = { requestTimeout: requestTimeoutMs, headersTimeout: headersTimeoutMs };
  const server = createServer({ ...limits, connectionsCheckingInterval: checkMs }, listener);
  guardConnections(server, { ...usualLimits, connections: Math.min(usualLimits.connections, maxConnections) });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const where = `${address.host}:${address.port}`;
      reject(
        taken
          ? new Error(
              `${where} is in use by another program. Set BATON_LISTEN to another address, or stop that program.`,
              { cause: error },
            )
          : error,
      );
    });
    server.listen(address.port, address.host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Streams and followed pushes were told to end; whatever remains is cut off.
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
        server.closeIdleConnections();
      }),
  };
}
