import { type Detour, detoursOf } from "../../rules/rollout/detours.ts";
import type { DesiredState, ObservedState } from "../../rules/rollout/reconcile.ts";
import { type ReconcilerContext, warn } from "../context.ts";

/** Ports are closed a moment after the connection to the daemon is. */
const staysOpenMs = 300;
const answerLimitMs = 1_000;

export interface Detours {
  /** Remembers what the last look has found. */
  know(desired: DesiredState, observed: ObservedState): void;
  /**
   * Call it while the engine is away, again and again. What is published by it, is closed with it, while containers may
   * go on running: their traffic goes to their own addresses, until those that are published answer again. The first
   * look after the engine is back does the same.
   */
  follow(): Promise<void>;
}

export function createDetours({
  prober,
  proxy,
  log,
  signal,
}: Pick<ReconcilerContext, "prober" | "proxy" | "log" | "signal">): Detours {
  let known: readonly Detour[] = [];
  let taken: ReadonlySet<Detour> = new Set();

  const answers = async (address: Detour["own"], holdMs: number) =>
    (await prober.tcp(address, holdMs, answerLimitMs, signal)).type === "open";

  async function isTaken(detour: Detour): Promise<boolean> {
    const was = taken.has(detour);
    const isPublished = await answers(detour.published, staysOpenMs);
    const is = !isPublished && (was || (await answers(detour.own, 0)));
    if (is === was) return is;
    const { installation, deployment, service, published, own } = detour;
    await proxy.prepare(installation, deployment, new Map([[service, is ? own : published]]));
    return is;
  }

  return {
    know(desired, observed) {
      known = detoursOf(desired, observed);
      taken = new Set();
    },

    async follow() {
      const before = taken;
      const all = await Promise.all(
        known.map(async (detour) =>
          (await isTaken(detour).catch((error: unknown) => {
            warn({ log, signal }, error, "sending traffic to a container's own address failed; it will be retried");
            return before.has(detour);
          }))
            ? [detour]
            : [],
        ),
      );
      taken = new Set(all.flat());
      if (before.size === 0 && taken.size > 0) {
        log.warn({ services: taken.size }, "Docker is away; traffic goes to the containers' own addresses");
      }
    },
  };
}
