import { type Detour, detoursOf, type Way } from "../../rules/rollout/detours.ts";
import type { DesiredState, ObservedState } from "../../rules/rollout/world.ts";
import { upstreamOf } from "../../rules/routing/slots.ts";
import { type ReconcilerContext, warn } from "../context.ts";

/** Ports are closed a moment after the connection to the daemon is. */
const staysOpenMs = 300;
const answerLimitMs = 1_000;

export interface Detours {
  /** Remembers what the last look has found. */
  know(desired: DesiredState, observed: ObservedState): void;
  /**
   * Call it while the engine is away, again and again without a pause. What is published by it, is closed with it, while
   * containers may go on running: their traffic goes to their own addresses, until those that are published answer
   * again. The first look after the engine is back does the same.
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

  const answers = async (address: Way["own"], holdMs: number) =>
    (await prober.tcp(address, holdMs, answerLimitMs, signal)).type === "open";

  /**
   * `over`: its container has ended. Another one may get its address, so it is not taken again; a connection that is
   * open all the time shows the end at once.
   */
  async function followOne(detour: Detour): Promise<"taken" | "left" | "over"> {
    const { installation, deployment, service, ways, isSticky } = detour;
    const was = taken.has(detour);
    const looks = await Promise.all(ways.map((way) => lookAt(way, was)));
    const is = looks.every(({ isPublished }) => !isPublished) && looks.some(({ isRunning }) => isRunning);
    const addresses = looks.map(({ published, own, isRunning }) => (is ? (isRunning ? own : null) : published));
    const upstream = upstreamOf(addresses, { isSticky });
    if (is !== was && upstream) await proxy.prepare(installation, deployment, new Map([[service, upstream]]));
    if (was && looks.every(({ isRunning }) => !isRunning)) return "over";
    return is ? "taken" : "left";
  }

  async function lookAt(way: Way, wasTaken: boolean) {
    const [isPublished, isRunning] = await Promise.all([
      answers(way.published, staysOpenMs),
      answers(way.own, wasTaken ? staysOpenMs : 0),
    ]);
    return { ...way, isPublished, isRunning };
  }

  return {
    know(desired, observed) {
      known = detoursOf(desired, observed);
      taken = new Set();
    },

    async follow() {
      const [all, before] = [known, taken];
      const outcomes = await Promise.all(
        all.map((detour) =>
          followOne(detour).catch((error: unknown) => {
            warn({ log, signal }, error, "sending traffic to a container's own address failed; it will be retried");
            return before.has(detour) ? "taken" : "left";
          }),
        ),
      );
      // The engine is back, and a look has found other containers.
      if (known !== all) return;
      taken = new Set(all.filter((_, index) => outcomes[index] === "taken"));
      known = all.filter((_, index) => outcomes[index] !== "over");
      if (before.size === 0 && taken.size > 0) {
        log.warn({ services: taken.size }, "Docker is away; traffic goes to the containers' own addresses");
      }
    },
  };
}
