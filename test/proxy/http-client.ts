import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Options {
  readonly path?: string;
  /** Headers besides Host. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Without it, the request opens a new connection. */
  readonly agent?: Agent;
  /** The address to connect to; the Host header stays that of the app. */
  readonly address?: string;
}

/** Requests a host from a port on loopback, without retries. */
export async function get(port: number, host: string, options: Options = {}): Promise<Answer> {
  const response = await open(port, host, options);
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** Resolves with the response once its headers have arrived; the caller reads the body. */
export function open(port: number, host: string, options: Options = {}): Promise<IncomingMessage> {
  const { path = "/", headers = {}, agent, address = "127.0.0.1" } = options;
  return new Promise((resolve, reject) => {
    request({ host: address, port, path, headers: { ...headers, Host: host }, agent: agent ?? false }, resolve)
      .on("error", reject)
      .end();
  });
}

export function keepAliveAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}
