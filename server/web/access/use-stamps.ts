import type { Commands } from "../../commands/commands.ts";
import type { Principal } from "../../model/access/principal.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Use } from "../../ports/store/access.ts";

/**
 * Remembers when and from where tokens and sessions were last used, and writes that in batches, so that no request
 * waits for it and a GET writes nothing.
 */
export interface UseStamps {
  note(who: Principal, address: string): void;
}

const batchMs = 15_000;
/** More credentials than are used in a batch's time; the batch is then written early. */
const largestBatch = 500;

export function createUseStamps(needs: {
  readonly commands: Pick<Commands, "stampUses">;
  readonly clock: Pick<Clock, "now">;
}): UseStamps {
  let uses = new Map<string, Use>();
  let timer: NodeJS.Timeout | null = null;

  function write(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    const batch = [...uses.values()];
    uses = new Map();
    void needs.commands.stampUses(batch);
  }

  return {
    note({ token, sessionId, userId }, address) {
      const use: Use = { tokenId: token?.id ?? null, sessionId, userId, address, at: needs.clock.now() };
      uses.set(`${use.tokenId} ${sessionId}`, use);
      if (uses.size >= largestBatch) write();
      else timer ??= setTimeout(write, batchMs).unref();
    },
  };
}
