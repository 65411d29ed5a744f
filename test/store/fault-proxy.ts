import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** What happens to the first chunk on its way to Postgres that contains a text. */
export interface Fault {
  readonly on: string;
  /**
   * before: the connection is cut instead of forwarding the chunk. after: the chunk is forwarded, and the connection is
   * cut instead of forwarding the response.
   */
  readonly cut: "before" | "after";
}

export interface FaultProxy {
  readonly url: string;
  /** Waits for the next chunk that contains the text. Resolves once the connection is cut. */
  inject(fault: Fault): Promise<void>;
  /** Accepts connections, but forwards nothing in either direction and reports no error. */
  silence(): void;
  close(): Promise<void>;
}

/** A proxy in front of a Postgres that breaks connections where a test wants it. */
export async function faultProxy(url: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let pending: { readonly fault: Fault; readonly done: () => void } | null = null;
  let silent = false;

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let cutOnAnswer: (() => void) | null = null;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        // Nobody learns through a black hole that the other side is gone.
        if (silent) return;
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk) => {
      if (silent) return;
      if (!pending || !chunk.includes(pending.fault.on)) return void upstream.write(chunk);
      const { fault, done } = pending;
      pending = null;
      if (fault.cut === "before") {
        client.destroy();
        done();
      } else {
        cutOnAnswer = done;
        upstream.write(chunk);
      }
    });
    upstream.on("data", (chunk) => {
      if (silent) return;
      if (!cutOnAnswer) return void client.write(chunk);
      client.destroy();
      cutOnAnswer();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port");

  return {
    url: Object.assign(new URL(url), { port: String(address.port) }).href,
    inject: (fault) =>
      new Promise((done) => {
        pending = { fault, done };
      }),
    silence() {
      silent = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}
