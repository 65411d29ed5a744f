import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { deadline } from "../../async/deadline.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import { ProxyUnavailable } from "../../ports/proxy.ts";
import { unknownHost } from "../config/caddy-config.ts";
import { deploymentHeader } from "../config/handlers.ts";

/** Asks the proof listener, which serves the public routes and names the deployment that answered. */
export interface Prover {
  /**
   * Resolves with null when no deployment answers (a resting page, an app that does not answer, an unknown host, no
   * Caddy).
   */
  prove(host: string, signal: AbortSignal): Promise<DeploymentId | null>;
  /** Resolves when each of these hosts has a route; rejects with ProxyUnavailable when that takes too long. */
  untilKnown(hosts: readonly string[], signal: AbortSignal): Promise<void>;
  /** Resolves with whether anything listens, whatever it serves. */
  listens(signal: AbortSignal): Promise<boolean>;
}

/** What the answer's header says, or why there is no answer: none in time, a broken connection, or no listener. */
type Testimony =
  | { readonly type: "answer"; readonly says: string | null }
  | { readonly type: "silent" | "broken" | "absent" };

const proofTimeoutMs = 5_000;
// Caddy itself answers within milliseconds, so an answer that takes longer comes from an app, and its host has a route.
const routeTimeoutMs = 1_000;
const knownTimeoutMs = 10_000;
const retryMs = 20;

export function createProver({ port }: { readonly port: number }): Prover {
  async function ask(host: string, timeoutMs: number, signal: AbortSignal): Promise<Testimony> {
    using limit = deadline(signal, timeoutMs);
    try {
      return { type: "answer", says: await headerFor(port, host, limit.signal) };
    } catch (error) {
      signal.throwIfAborted();
      return { type: limit.signal.aborted ? "silent" : isRefusal(error) ? "absent" : "broken" };
    }
  }

  async function isKnown(host: string, signal: AbortSignal): Promise<boolean> {
    const testimony = await ask(host, routeTimeoutMs, signal);
    return testimony.type === "answer" ? testimony.says !== unknownHost : testimony.type === "silent";
  }

  return {
    async prove(host, signal) {
      const testimony = await ask(host, proofTimeoutMs, signal);
      const says = testimony.type === "answer" ? (testimony.says ?? "") : "";
      return /^[1-9]\d*$/.test(says) ? (Number(says) as DeploymentId) : null;
    },

    async untilKnown(hosts, signal) {
      const giveUpAt = performance.now() + knownTimeoutMs;
      for (const host of hosts) {
        while (!(await isKnown(host, signal))) {
          if (performance.now() > giveUpAt)
            throw new ProxyUnavailable(`Caddy does not serve ${host} after loading the configuration.`);
          await delay(retryMs, undefined, { signal });
        }
      }
    },

    async listens(signal) {
      return (await ask("localhost", routeTimeoutMs, signal)).type !== "absent";
    },
  };
}

function headerFor(port: number, host: string, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const headers = { Host: host, "User-Agent": "Baton" };
    const asked = request({ host: "127.0.0.1", port, headers, agent: false, signal }, (response) => {
      const header = response.headers[deploymentHeader.toLowerCase()];
      resolve(typeof header === "string" ? header : null);
      // Only the header is needed; the app need not send its page.
      response.destroy();
    });
    asked.on("error", reject).end();
  });
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
}
