import type { BackupContext } from "./backup-context.ts";
import { removeDrills } from "./drill-container.ts";
import { requestDueDrill, runDrill } from "./run-drill.ts";

/** Whose turn it is takes a look at many backups. */
const lookEveryMs = 5 * 60_000;

export interface DrillKeeper {
  /** Runs a drill, if one waits or its time has come. Resolves with whether it did. */
  next(): Promise<boolean>;
  /** Ends a running drill when a restore waits. */
  giveWay(): Promise<void>;
}

/** Restore drills: one each night, and those that somebody asked for. */
export function createDrillKeeper(context: BackupContext): DrillKeeper {
  const { store, clock } = context;
  let running: AbortController | null = null;
  let nextLookMs = 0;
  let isFirst = true;

  async function giveWay(): Promise<void> {
    if (!running) return;
    const restores = await store.backups.restores({ unfinished: true });
    if (restores.length > 0) running?.abort(new Error("a restore that somebody asked for goes first"));
  }

  return {
    giveWay,
    async next() {
      // A drill that the end of the last server interrupted left its container.
      if (isFirst) await removeDrills(context, context.signal);
      isFirst = false;
      const nowMs = clock.monotonicMs();
      if (nowMs >= nextLookMs) {
        nextLookMs = nowMs + lookEveryMs;
        await requestDueDrill(context);
      }
      const drill = await store.backups.takeDrill(clock.now());
      if (!drill) return false;
      running = new AbortController();
      const urgent = running.signal;
      try {
        await giveWay();
        await runDrill(context, drill, urgent);
        return true;
      } finally {
        running = null;
      }
    },
  };
}
