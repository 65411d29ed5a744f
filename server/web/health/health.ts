import type { WebAdapters } from "../adapters.ts";

const deadlineMs = 5_000;
/** Anybody may ask as often as they like, so a result is reused for this long. */
const keptMs = 2_000;

export interface Health {
  readonly status: "ok" | "unavailable";
  readonly database: string;
  readonly docker: string;
  readonly caddy: string;
}

export type HealthCheck = () => Promise<Health>;

/** Runs one check at a time. Callers during a check, or shortly after it, share its result. */
export function createHealthCheck(needs: Pick<WebAdapters, "store" | "engine" | "proxy" | "clock">): HealthCheck {
  let last: { readonly health: Promise<Health>; endedMs: number | null } | null = null;
  return () => {
    const isFresh = last && (last.endedMs === null || needs.clock.monotonicMs() - last.endedMs < keptMs);
    if (last && isFresh) return last.health;
    const look = { health: checkHealth(needs), endedMs: null as number | null };
    // The check never rejects.
    void look.health.then(() => {
      look.endedMs = needs.clock.monotonicMs();
    });
    last = look;
    return look.health;
  };
}

/** Checks whether Baton's dependencies can be reached, each within 5 s. */
export async function checkHealth(needs: Pick<WebAdapters, "store" | "engine" | "proxy">): Promise<Health> {
  const [database, docker, caddy] = await Promise.all([
    reachDatabase(needs),
    reach((signal) => needs.engine.info(signal)),
    reachCaddy(needs),
  ]);
  const status = [database, docker, caddy].every((part) => part === "ok") ? "ok" : "unavailable";
  return { status, database, docker, caddy };
}

export const reachDatabase = ({ store }: Pick<WebAdapters, "store">) =>
  reach((signal) => withDeadline(store.ping(), signal));
export const reachCaddy = ({ proxy }: Pick<WebAdapters, "proxy">) => reach((signal) => proxy.ping(signal));

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
