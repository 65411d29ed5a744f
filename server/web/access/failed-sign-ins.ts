import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import type { Store } from "../../ports/store/store.ts";
import { peerNetwork } from "./peer-address.ts";
import { createFailureLimit } from "./rate-limit.ts";

/** Writes wrong tokens into the audit log: that there were some, and from where. Never what was tried. */
export interface FailedSignIns {
  /** `how` is what the token was tried with, after "with": "the API". Never rejects. */
  record(address: string, how: string): Promise<void>;
}

/** An old token that a script keeps sending, and a guesser, are in the log without filling it; it is never emptied. */
const perNetworkAndMinute = 3;
const perMinute = 30;

export function createFailedSignIns(needs: {
  readonly store: Pick<Store, "audit">;
  readonly clock: Clock;
  readonly log: Log;
}): FailedSignIns {
  const { store, clock, log } = needs;
  const ofNetwork = createFailureLimit({ clock, perMinute: perNetworkAndMinute });
  const ofAll = createFailureLimit({ clock, perMinute });

  return {
    async record(address, how) {
      const network = peerNetwork(address);
      if (ofNetwork.retryAfterSeconds(network) !== null || ofAll.retryAfterSeconds("all") !== null) return;
      ofNetwork.failed(network);
      ofAll.failed("all");
      const what = `failed to sign in with ${how}`;
      const entry = { who: "someone", what, subject: "", detail: "wrong token", deploymentId: null, address };
      await store.audit.record(entry, clock.now()).catch((error: unknown) => {
        log.error({ err: error, ...entry }, "the audit log has a gap");
      });
    },
  };
}
