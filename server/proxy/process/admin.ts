import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { deadline } from "../../async/deadline.ts";
import { ProxyRefused, ProxyUnavailable } from "../../ports/proxy.ts";
import { adminOrigin, type CaddyConfig } from "../config/caddy-config.ts";

/** Caddy's admin API on its Unix socket. Every call rejects with ProxyUnavailable when the socket does not answer. */
export interface CaddyAdmin {
  ping(signal: AbortSignal): Promise<void>;
  /** The JSON text of what runs; `null` (the text) when nothing does. */
  config(signal: AbortSignal): Promise<string>;
  /** Replaces all that runs, or nothing. Rejects with ProxyRefused. */
  load(config: CaddyConfig, signal: AbortSignal): Promise<void>;
  /** Every upstream that has been asked, with its requests in flight. */
  upstreams(signal: AbortSignal): Promise<unknown>;
  /** Ends the process. */
  stop(signal: AbortSignal): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

// A load with 5,000 routes takes 0.3 s, everything else a millisecond. An endpoint that was turned off still accepts.
const loadTimeoutMs = 10_000;
const answerTimeoutMs = 1_000;

export function createAdmin({ socketPath }: { readonly socketPath: string }): CaddyAdmin {
  async function ask(method: "GET" | "POST", path: string, body: string, signal: AbortSignal): Promise<Answer> {
    using limit = deadline(signal, method === "GET" ? answerTimeoutMs : loadTimeoutMs);
    try {
      const response = await send(method, path, body, limit.signal);
      return { status: response.statusCode ?? 0, body: await text(response) };
    } catch (error) {
      signal.throwIfAborted();
      throw new ProxyUnavailable(`Caddy's admin socket is not responding (${socketPath}).`, { cause: error });
    }
  }

  // Not fetch: it adds Sec-Fetch-Mode, which Caddy takes for a browser's request.
  function send(method: string, path: string, body: string, signal: AbortSignal): Promise<IncomingMessage> {
    const headers = {
      Host: adminOrigin,
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      // No agent: an idle connection would keep a configuration alive that has been replaced.
      request({ socketPath, method, path, headers, agent: false, signal }, resolve).on("error", reject).end(body);
    });
  }

  async function expectOk(method: "GET" | "POST", path: string, body: string, signal: AbortSignal): Promise<string> {
    const answer = await ask(method, path, body, signal);
    if (answer.status === 200) return answer.body;
    throw new ProxyUnavailable(`Caddy returned ${answer.status} for ${method} ${path}: ${messageOf(answer)}`);
  }

  return {
    async ping(signal) {
      await expectOk("GET", "/config/admin", "", signal);
    },
    config: (signal) => expectOk("GET", "/config/", "", signal),
    async load(config, signal) {
      const answer = await ask("POST", "/load", JSON.stringify(config), signal);
      if (answer.status !== 200) throw new ProxyRefused(messageOf(answer));
    },
    async upstreams(signal) {
      return JSON.parse(await expectOk("GET", "/reverse_proxy/upstreams", "", signal));
    },
    async stop(signal) {
      await expectOk("POST", "/stop", "", signal);
    },
  };
}

/** Nobody listens on the socket, or it is not there: more than that no answer came in time. */
export function isSocketGone({ cause }: ProxyUnavailable): boolean {
  return ["ENOENT", "ECONNREFUSED"].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? "");
}

/** Caddy explains itself as `{"error": "…"}`; anything else is passed on as it is. */
function messageOf({ body }: Answer): string {
  try {
    const { error } = JSON.parse(body);
    return typeof error === "string" ? error : body;
  } catch {
    return body;
  }
}
