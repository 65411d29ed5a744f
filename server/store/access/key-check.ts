import { isNotNull } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { Database, Queries } from "../postgres/database.ts";
import { readSetting, writeSetting } from "../products/settings.ts";
import { users } from "../schema/access.ts";
import { deployments } from "../schema/deployments.ts";
import { productVariables, variables } from "../schema/user-settings.ts";
import { sources } from "../schema/webhooks.ts";
import { createKey, readKey } from "./key-file.ts";
import { createSecrets, type SecretOwner, type Secrets } from "./secrets.ts";

const settingName = "key check";
const owner = { kind: "key check", id: "" } as const;

/** The columns that hold each kind of secret, to tell what a lost key makes unreadable. */
export const sealedColumns = {
  variable: variables.value,
  "product variable": productVariables.value,
  spec: deployments.spec,
  "webhook secret": sources.webhookSecret,
  "repository token": sources.token,
  "deploy key": sources.privateKey,
  "totp secret": users.totpSecret,
} satisfies Record<Exclude<SecretOwner["kind"], (typeof owner)["kind"]>, AnyPgColumn>;

/** The key file is not the one that this database's secrets were encrypted with. The message says what to do. */
export class WrongKey extends Error {
  override readonly name = "WrongKey";
}

/**
 * Opens the secrets of this database. The first use creates the key file and stores a sealed text in the settings. That
 * text reveals a wrong key at the start rather than in the middle of a deployment. Rejects with WrongKey.
 */
export async function openSecrets(database: Database, keyFile: string): Promise<Secrets> {
  const found = await readKey(keyFile);
  const check = await database.read((queries) => readSetting(queries, settingName));
  const secrets = found && createSecrets(found);
  if (secrets && check !== null && fits(secrets, check)) return secrets;
  // The key has no text to check it by: the start that created it broke off before it wrote the text.
  const isWrong = check !== null || !secrets;
  if (isWrong && (await database.read(holdsSecrets))) {
    throw new WrongKey(
      found
        ? `The key file ${keyFile} is not the one this database's secrets were encrypted with: restore the right one`
        : `The key file ${keyFile} is missing, and this database's secrets cannot be read without it: restore it`,
    );
  }
  return leaveCheck(database, secrets ?? createSecrets(await createKey(keyFile)));
}

async function leaveCheck(database: Database, secrets: Secrets): Promise<Secrets> {
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
  for (const column of Object.values(sealedColumns)) {
    if ((await queries.$count(column.table, isNotNull(column))) > 0) return true;
  }
  return false;
}
