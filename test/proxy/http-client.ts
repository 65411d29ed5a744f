import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Options {
  readonly path?: string;
  /** Left out: a new connection for this request. */
  readonly agent?: Agent;
  /** Where to connect to; the Host stays that of the app. */
  readonly address?: string;
}

/** Asks a port on loopback for a host, without retries. */
export async function get(port: number, host: string, options: Options = {}): Promise<Answer> {
  const response = await open(port, host, options);
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** The answer as soon as its headers are there; the body is the caller's to read. */
export function open(port: number, host: string, options: Options = {}): Promise<IncomingMessage> {
  const { path = "/", agent, address = "127.0.0.1" } = options;
  return new Promise((resolve, reject) => {
    request({ host: address, port, path, headers: { Host: host }, agent: agent ?? false }, resolve)
      .on("error", reject)
      .end();
  });
}

export function keepAliveAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}
