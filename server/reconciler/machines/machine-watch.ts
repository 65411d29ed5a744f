import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import type { Machines } from "../../ports/machines.ts";
import type { Store } from "../../ports/store/store.ts";
import { changeOfState, haveChanged, rememberMachines } from "../../rules/machines/machine-state.ts";

const lookEveryMs = 5_000;
/** Where there is no cluster, one begins seldom. */
const lookForOneEveryMs = 30_000;
const limitMs = 10_000;

export interface MachineWatch {
  start(): void;
  stop(): Promise<void>;
}

interface WatchNeeds {
  readonly machines: Machines;
  readonly store: Pick<Store, "machines">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Remembers since when each machine of the cluster is in its state, and logs when one is lost or comes back. */
export function createMachineWatch({ machines, store, clock, log }: WatchNeeds): MachineWatch {
  const stopping = new AbortController();
  const { signal } = stopping;
  let loop: Promise<void> | null = null;
  let isSilent = false;

  return {
    start() {
      loop ??= watch();
    },
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await loop;
    },
  };

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = await look().catch((error: unknown) => {
        // Docker's silence is told elsewhere; it is logged once here.
        if (!signal.aborted && !isSilent)
          log.warn({ err: error }, "looking at the machines failed; it will be retried");
        isSilent = true;
        return lookEveryMs;
      });
      await clock.sleep(pauseMs, signal).catch(() => {});
    }
  }

  /** Resolves with the time until the next look. */
  async function look(): Promise<number> {
    const within = AbortSignal.any([signal, clock.timeout(limitMs)]);
    const state = await machines.state(within);
    const before = await store.machines.list();
    // A cluster that cannot be asked is no cluster without machines.
    if (state.type === "broken") return lookEveryMs;
    const seen = state.type === "managed" ? await machines.machines(within) : [];
    const after = rememberMachines(before, seen, clock.now());
    if (haveChanged(before, after)) {
      await store.machines.note(after);
      for (const record of after) {
        const change = changeOfState(before, record);
        if (change) log[change.isTrouble ? "warn" : "info"]({ machine: record.id }, change.text);
      }
    }
    isSilent = false;
    return state.type === "managed" ? lookEveryMs : lookForOneEveryMs;
  }
}
