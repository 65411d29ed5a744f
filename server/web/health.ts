import type { WebNeeds } from "./needs.ts";

const deadlineMs = 5_000;

export interface Health {
  readonly status: "ok" | "unavailable";
  readonly database: string;
  readonly docker: string;
  readonly caddy: string;
}

/** Whether what Baton stands on can be reached, each within 5 s. */
export async function checkHealth(needs: Pick<WebNeeds, "store" | "engine" | "proxy">): Promise<Health> {
  const [database, docker, caddy] = await Promise.all([
    reach((signal) => withDeadline(needs.store.ping(), signal)),
    reach((signal) => needs.engine.info(signal)),
    reach((signal) => needs.proxy.ping(signal)),
  ]);
  const status = [database, docker, caddy].every((part) => part === "ok") ? "ok" : "unavailable";
  return { status, database, docker, caddy };
}

async function reach(ask: (signal: AbortSignal) => Promise<unknown>): Promise<"ok" | "unreachable"> {
  try {
    await ask(AbortSignal.timeout(deadlineMs));
    return "ok";
  } catch {
    return "unreachable";
  }
}

function withDeadline<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    answer,
    new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
  ]);
}
