import { cleaningStateText } from "../../rules/space/cleaning-state.ts";
import type { Uses } from "../adapters.ts";

/** The setting with the state of the removal. */
export const cleaning = "cleaning";

/** Asks for everything to be removed that is safe to remove. The reconciler decides what that is at the time. */
export async function freeSpace({ store, wakeReconciler }: Uses<"store" | "wakeReconciler">): Promise<void> {
  await store.settings.set(cleaning, cleaningStateText({ type: "asked" }));
  wakeReconciler();
}
