import { isNotNull } from "drizzle-orm";
import type { Database, Queries } from "./database.ts";
import { createKey, readKey } from "./key-file.ts";
import { deployments, productVariables, variables } from "./schema.ts";
import { createSecrets, type Secrets } from "./secrets.ts";
import { readSetting, writeSetting } from "./settings.ts";

const settingName = "key check";
const owner = { kind: "key check", id: "" } as const;

/** The key file is not the one that this database's secrets were encrypted with. The message says what to do. */
export class WrongKey extends Error {
  override readonly name = "WrongKey";
}

/**
 * The secrets of this database. The first use makes the key file, and leaves a sealed text in the settings by which a
 * wrong key is found out at the start and not in the middle of a deployment. Rejects with WrongKey.
 */
export async function openSecrets(database: Database, keyFile: string): Promise<Secrets> {
  const found = await readKey(keyFile);
  const check = await database.read((queries) => readSetting(queries, settingName));
  if (check !== null) {
    const secrets = found && createSecrets(found);
    if (secrets && fits(secrets, check)) return secrets;
    if (await database.read(holdsSecrets)) {
      throw new WrongKey(
        found
          ? `The key file ${keyFile} is not the one that this database's variables were encrypted with: put the right one back`
          : `The key file ${keyFile} is missing, and this database's variables cannot be read without it: put it back`,
      );
    }
  }
  const secrets = createSecrets(found ?? (await createKey(keyFile)));
  const sealed = secrets.seal(owner, "baton").toString("base64");
  await database.write(({ tx }) => writeSetting(tx, settingName, sealed));
  return secrets;
}

function fits(secrets: Secrets, check: string): boolean {
  try {
    secrets.open(owner, Buffer.from(check, "base64"));
    return true;
  } catch {
    return false;
  }
}

async function holdsSecrets(queries: Queries): Promise<boolean> {
  for (const table of [variables, productVariables]) if ((await queries.$count(table)) > 0) return true;
  return (await queries.$count(deployments, isNotNull(deployments.spec))) > 0;
}
