import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** What becomes of the first chunk that contains a text, on its way to Postgres. */
export interface Fault {
  readonly on: string;
  /**
   * before: the connection is cut instead of passing the chunk on.
   * after: the chunk is passed on, and the connection is cut instead of passing the answer back.
   */
  readonly cut: "before" | "after";
}

export interface FaultProxy {
  readonly url: string;
  /** Waits for the next chunk that contains the text; resolves when the fault has happened. */
  inject(fault: Fault): Promise<void>;
  /** Takes connections and passes nothing on in either direction, nor says that it doesn't. */
  silence(): void;
  close(): Promise<void>;
}

/** Stands before a Postgres and breaks connections where a test wants it. */
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
