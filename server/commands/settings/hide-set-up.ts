import type { Uses } from "../adapters.ts";

export const setUpHidden = "set-up-hidden";

/** Somebody does not want to be reminded of the steps to HTTPS on the home page. */
export async function hideSetUp({ store }: Uses<"store">): Promise<void> {
  await store.settings.set(setUpHidden, "yes");
}
