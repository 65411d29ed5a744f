import type { Commands } from "../../commands/commands.ts";
import type { Clock } from "../../ports/clock.ts";
import { peerNetwork } from "./peer-address.ts";
import { createFailureLimit } from "./rate-limit.ts";

/**
 * Records failed sign-ins in the audit log: that there were some, whom they meant, and from where. Tokens, passwords and
 * codes are never recorded.
 */
export interface FailedSignIns {
  /** `how` completes a phrase that begins with "with": "the API". Never rejects. */
  record(address: string, how: string, more?: FailureFacts): Promise<void>;
}

interface FailureFacts {
  /** Who was meant, if it is somebody who exists. */
  readonly subject?: string;
  readonly detail?: string;
}

/** Enough to show both a guesser and a script with an old token without filling the log, which is never emptied. */
const perNetworkAndMinute = 3;
const perMinute = 30;

export function createFailedSignIns(needs: {
  readonly commands: Pick<Commands, "recordAction">;
  readonly clock: Clock;
}): FailedSignIns {
  const { commands, clock } = needs;
  const ofNetwork = createFailureLimit({ clock, perMinute: perNetworkAndMinute });
  const ofAll = createFailureLimit({ clock, perMinute });

  return {
    async record(address, how, { subject = "", detail = "wrong token" } = {}) {
      const network = peerNetwork(address);
      if (ofNetwork.retryAfterSeconds(network) !== null || ofAll.retryAfterSeconds("all") !== null) return;
      ofNetwork.failed(network);
      ofAll.failed("all");
      const what = `failed to sign in with ${how}`;
      await commands.recordAction({
        who: "someone",
        token: null,
        what,
        subject,
        product: null,
        detail,
        deploymentId: null,
        address,
      });
    },
  };
}
