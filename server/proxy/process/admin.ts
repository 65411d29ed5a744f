import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { deadline } from "../../async/deadline.ts";
import { ProxyRefused, ProxyUnavailable } from "../../ports/proxy.ts";
import { adminOrigin, type CaddyConfig } from "../config/caddy-config.ts";

/** Caddy's admin API on its Unix socket. Every call rejects with ProxyUnavailable when the socket does not answer. */
export interface CaddyAdmin {
  ping(signal: AbortSignal): Promise<void>;
  /** Resolves with the running configuration as JSON; with the text `null` when there is none. */
  config(signal: AbortSignal): Promise<string>;
  /** Replaces the whole configuration, or nothing. Rejects with ProxyRefused. */
  load(config: CaddyConfig, signal: AbortSignal): Promise<void>;
  /** Resolves with every upstream that has been used and its requests in flight. */
  upstreams(signal: AbortSignal): Promise<unknown>;
  /** Ends the process. */
  stop(signal: AbortSignal): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

// Everything but a load takes a millisecond. An endpoint that was turned off still accepts connections.
const answerTimeoutMs = 1_000;
const leastLoadTimeoutMs = 10_000;
/** Caddy was measured to take 0.1 ms for a host with a certificate, which is some 60 characters; this is 30 times that. */
const loadTimeoutMsPerCharacter = 0.05;

const loadTimeoutMs = (config: string) => leastLoadTimeoutMs + config.length * loadTimeoutMsPerCharacter;

export function createAdmin({ socketPath }: { readonly socketPath: string }): CaddyAdmin {
  /** Caddy answers nothing else during a load. */
  let loading: Promise<unknown> = Promise.resolve();

  async function ask(method: "GET" | "POST", path: string, body: string, signal: AbortSignal): Promise<Answer> {
    if (method === "GET") await loading;
    using limit = deadline(signal, method === "GET" ? answerTimeoutMs : loadTimeoutMs(body));
    try {
      const response = await send(method, path, body, limit.signal);
      return { status: response.statusCode ?? 0, body: await text(response) };
    } catch (error) {
      signal.throwIfAborted();
      throw new ProxyUnavailable(`Caddy's admin socket is not responding (${socketPath}).`, { cause: error });
    }
  }

  // Not fetch, because it adds Sec-Fetch-Mode, which Caddy takes for a browser's request.
  function send(method: string, path: string, body: string, signal: AbortSignal): Promise<IncomingMessage> {
    const headers = {
      Host: adminOrigin,
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      // No agent, because an idle connection would keep a replaced configuration alive.
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
      const load = ask("POST", "/load", JSON.stringify(config), signal);
      loading = load.catch(() => {});
      const answer = await load;
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

/** Whether nobody listens on the socket, or it is missing. That says more than a request that timed out. */
export function isSocketGone({ cause }: ProxyUnavailable): boolean {
  return ["ENOENT", "ECONNREFUSED"].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? "");
}

/** Caddy explains errors as `{"error": "…"}`; anything else is passed on unchanged. */
function messageOf({ body }: Answer): string {
  try {
    const { error } = JSON.parse(body);
    return typeof error === "string" ? error : body;
  } catch {
    return body;
  }
}
