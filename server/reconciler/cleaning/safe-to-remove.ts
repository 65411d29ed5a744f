import { cleaning } from "../../commands/space/free-space.ts";
import { parseCleaningState } from "../../rules/space/cleaning-state.ts";
import type { ReconcilerContext } from "../context.ts";

/** Removes what is safe to remove whenever somebody has asked for it, however often this is called. */
export function createCleaner({ store, makeRoom, signal }: ReconcilerContext) {
  return async (): Promise<void> => {
    const state = parseCleaningState(await store.settings.get(cleaning));
    if (state.type === "asked") await makeRoom(signal);
  };
}
