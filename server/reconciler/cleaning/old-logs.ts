import { counted } from "../../rules/wording/duration-text.ts";
import type { ReconcilerContext } from "../context.ts";

const pauseMs = 60 * 60_000;
/** Few at a time, with a pause, so that nobody waits for it. */
const atOnce = 20;
const breathMs = 200;
const dayMs = 24 * 60 * 60_000;

/** Removes logs of deployments that are older than anybody needs. Each call checks whether it is time to. */
export function createLogKeeper({ store, clock, logRetention, keepVersions, signal }: ReconcilerContext) {
  let lastMs = Number.NEGATIVE_INFINITY;
  return async (): Promise<void> => {
    const { days, deployments } = logRetention;
    if ((days === null && deployments === null) || clock.monotonicMs() - lastMs < pauseMs) return;
    lastMs = clock.monotonicMs();
    const retention = {
      before: days === null ? null : new Date(clock.now().getTime() - days * dayMs),
      keepNewest: deployments,
      keepReady: keepVersions,
      note: `Its log was removed: Baton keeps ${kept(days, deployments)}`,
    };
    while ((await store.events.pruneLogs(retention, atOnce)) === atOnce) await clock.sleep(breathMs, signal);
  };
}

/** "logs for 90 days, of 500 deployments at most". */
function kept(days: number | null, deployments: number | null): string {
  const time = days === null ? "" : ` for ${counted(days, "day")}`;
  const number = deployments === null ? "" : `, of ${counted(deployments, "deployment")} at most`;
  return `logs${time}${number}`.replace("logs,", "logs");
}
