import type { Queries } from "../postgres/database.ts";
import { readSetting, writeSetting } from "../products/settings.ts";
import { type Key, keyIdIn } from "./secrets.ts";

/** A sealed text in the settings. The key that sealed it is the current one, and a wrong key cannot open it. */
const settingName = "key check";
const owner = { kind: "key check", id: "" } as const;

/** Null when the database has not been opened with a key yet. */
export async function readCheck(queries: Queries): Promise<Buffer | null> {
  const check = await readSetting(queries, settingName);
  return check === null ? null : Buffer.from(check, "base64");
}

/** Makes the key the current one. */
export async function writeCheck(tx: Queries, key: Key): Promise<void> {
  await writeSetting(tx, settingName, key.seal(owner, "baton").toString("base64"));
}

export function fits(key: Key, check: Buffer): boolean {
  try {
    key.open(owner, check);
    return true;
  } catch {
    return false;
  }
}

/** The id of the current key; null when the database has not been opened with a key yet. */
export async function currentKeyId(queries: Queries): Promise<string | null> {
  const check = await readCheck(queries);
  return check && keyIdIn(check);
}
