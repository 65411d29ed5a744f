import type { Uses } from "../adapters.ts";

export const setUpHidden = "set-up-hidden";

/** Hides the set-up steps from the home page. */
export async function hideSetUp({ store }: Uses<"store">): Promise<void> {
  await store.settings.set(setUpHidden, "yes");
}
