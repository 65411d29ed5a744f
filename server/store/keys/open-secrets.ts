import type { Database } from "../postgres/database.ts";
import { fits, readCheck, writeCheck } from "./key-check.ts";
import { createKeyFile, readKeys } from "./key-file.ts";
import { createKeyring } from "./keyring.ts";
import { holdsSealedValues } from "./sealed-values.ts";
import type { Secrets } from "./secrets.ts";

/** The key file is not the one that this database's secrets were encrypted with. The message says what to do. */
export class WrongKey extends Error {
  override readonly name = "WrongKey";
}

/**
 * Opens the secrets of this database. The first use creates the key file and stores a sealed text in the settings. That
 * text reveals a wrong key at the start rather than in the middle of a deployment. Rejects with WrongKey.
 */
export async function openSecrets(database: Database, keyFile: string): Promise<Secrets> {
  const found = readKeys(keyFile);
  const check = await database.read(readCheck);
  const current = check && found?.find((key) => fits(key, check));
  if (found && current) return createKeyring(keyFile, found, current);
  // The key has no text to check it by: the start that created it broke off before it wrote the text.
  const isWrong = check !== null || !found;
  if (isWrong && (await database.read(holdsSealedValues))) {
    throw new WrongKey(
      found
        ? `The key file ${keyFile} is not the one this database's secrets were encrypted with: restore the right one`
        : `The key file ${keyFile} is missing, and this database's secrets cannot be read without it: restore it`,
    );
  }
  const key = found?.[0] ?? (await createKeyFile(keyFile));
  await database.write(({ tx }) => writeCheck(tx, key));
  return createKeyring(keyFile, found ?? [key], key);
}
