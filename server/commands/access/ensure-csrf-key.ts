import { randomBytes } from "node:crypto";
import type { Uses } from "../adapters.ts";

const settingName = "csrf-key";

/** Generates the key once and stores it, so that open forms survive a restart. */
export async function ensureCsrfKey({ store }: Uses<"store">): Promise<string> {
  const recorded = await store.settings.get(settingName);
  return recorded ?? store.settings.getOrSet(settingName, randomBytes(32).toString("base64url"));
}
