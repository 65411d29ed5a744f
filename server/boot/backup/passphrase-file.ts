import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { newPassphrase } from "../../backup/archive/passphrase.ts";
import { replaceDurably } from "../../files/durable-file.ts";

/** The passphrase of this server's backups, and whether it was made just now. */
export interface Passphrase {
  readonly text: string;
  /** Null when it is the one in BATON_BACKUP_PASSPHRASE. */
  readonly file: string | null;
  readonly isNew: boolean;
}

/**
 * The given passphrase, or the one in the data folder, which the first backup makes. It may lie there, because the key
 * that it seals lies beside it; in the archive, it protects the key wherever the archive is kept. One process at a time
 * may ask: see `holdBackupLock`.
 */
export async function providePassphrase(dataFolder: string, given: string | null): Promise<Passphrase> {
  if (given !== null) return { text: given, file: null, isNew: false };
  const file = passphraseFile(dataFolder);
  const kept = await readPassphrase(file);
  if (kept !== null) return { text: kept, file, isNew: false };
  const text = newPassphrase();
  await replaceDurably(file, `${text}\n`);
  return { text, file, isNew: true };
}

export const passphraseFile = (dataFolder: string) => join(dataFolder, "backup-passphrase");

export async function readPassphrase(file: string): Promise<string | null> {
  const text = (await readFile(file, "utf8").catch(() => "")).trim();
  return text === "" ? null : text;
}

/** A backup that lies in its server's data folder has the passphrase at hand. */
export async function passphrasesBeside(archive: string): Promise<readonly string[]> {
  const folders = [dirname(archive), dirname(dirname(archive))];
  const found = await Promise.all(folders.map((folder) => readPassphrase(passphraseFile(folder))));
  return found.filter((text) => text !== null);
}
