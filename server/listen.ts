import { createServer, type RequestListener } from "node:http";

/** A push waits in its request until it is live: longer than Node's own five minutes. */
const requestTimeoutMs = 60 * 60 * 1000;
const headersTimeoutMs = 30_000;

/** Serves until closed. Rejects with one sentence when the address cannot be had. */
export async function listen(
  listener: RequestListener,
  address: { readonly host: string; readonly port: number },
): Promise<{ close(): Promise<void> }> {
  const server = createServer({ requestTimeout: requestTimeoutMs, headersTimeout: headersTimeoutMs }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const where = `${address.host}:${address.port}`;
      reject(
        taken
          ? new Error(`${where} is in use by another program: BATON_LISTEN sets another address`, { cause: error })
          : error,
      );
    });
    server.listen(address.port, address.host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Streams and followed pushes have been told to end; what is left is cut.
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
        server.closeIdleConnections();
      }),
  };
}
