import type { Deployment } from "../../model/deployment/deployment.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { StoreUnavailable } from "../../ports/store/store.ts";
import { follow } from "./follow-deployment.ts";

const databasePauseMs = 1_000;

/** The deployment as it ended. Waits on while the database is away. Rejects with the signal's reason. */
export async function untilOver(
  needs: { readonly store: Pick<ReadStore, "events" | "deployments">; readonly clock: Clock },
  id: DeploymentId,
  signal: AbortSignal,
): Promise<Deployment> {
  for (;;) {
    try {
      const events = follow(needs.store, id, signal);
      for (let next = await events.next(); ; next = await events.next()) if (next.done) return next.value;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await needs.clock.sleep(databasePauseMs, signal);
    }
  }
}
