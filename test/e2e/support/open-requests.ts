import { once } from "node:events";
import { request } from "node:http";
import WebSocket from "ws";

/** Long-running requests to an app through Caddy, which are held open across a cut-over. */
export interface AppAddress {
  readonly httpPort: number;
  readonly product: string;
}

export interface Reading {
  readonly body: string;
  readonly endedAt: Date;
}

/** Resolves once the response has begun. `whole` rejects when the response is cut off. */
export async function openRequest(
  { httpPort, product }: AppAddress,
  path: string,
): Promise<{ readonly whole: Promise<Reading> }> {
  const asked = request({
    host: "127.0.0.1",
    port: httpPort,
    path,
    headers: { Host: `${product}.localhost:${httpPort}` },
    agent: false,
  }).end();
  const [answer] = await once(asked, "response");
  let body = "";
  answer.setEncoding("utf8").on("data", (part: string) => {
    body += part;
  });
  const whole = once(answer, "end").then(() => ({ body, endedAt: new Date() }));
  whole.catch(() => {});
  return { whole };
}

export interface Socket {
  /** Resolves with the app's reply to a text, such as "hi from v1". */
  ask(text: string): Promise<string>;
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

export async function openSocket({ httpPort, product }: AppAddress): Promise<Socket> {
  const socket = new WebSocket(`ws://127.0.0.1:${httpPort}/`, {
    headers: { Host: `${product}.localhost:${httpPort}` },
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await once(socket, "open");
  socket.on("error", () => {});
  return {
    async ask(text) {
      const answer = once(socket, "message").then(([message]) => String(message));
      socket.send(text);
      return Promise.race([answer, closed.then(() => "closed")]);
    },
    closed,
    close() {
      socket.close();
      return closed;
    },
  };
}
