import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import type { CheckedArchive, SealedFiles } from "./backup/archive/server-archive.ts";
import { openArchive } from "./boot/backup/open-archive.ts";
import { passphrasesBeside, readPassphrase } from "./boot/backup/passphrase-file.ts";
import { assertEmpty, restoreServer } from "./boot/backup/restore-server.ts";
import { BadConfig } from "./boot/bad-config.ts";
import { readConfig } from "./boot/config.ts";
import { NoPlace } from "./rules/backup/archive-place.ts";
import { restoredText } from "./rules/wording/backup-text.ts";

// npm run restore -- FILE: fills an empty BATON_DATA from a backup.

const usage = `npm run restore -- FILE                        fills an empty BATON_DATA from this backup; then: npm start
npm run restore -- s3://bucket/baton/FILE      the same from a bucket; reads the variables that the backup read
npm run restore -- FILE --passphrase-file P    reads the passphrase from a file; without it, BATON_BACKUP_PASSPHRASE
                                               is used, or you are asked
`;

try {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    options: { "passphrase-file": { type: "string" } },
    allowPositionals: true,
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    process.stderr.write(usage);
    process.exitCode = 1;
  } else {
    await restore(file, values["passphrase-file"]);
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof TypeError && "code" in error;
  const isAsked = error instanceof BadConfig || error instanceof NoPlace;
  process.stderr.write(isUsage ? usage : `${isAsked ? message : `Nothing was restored: ${message}`}\n`);
  process.exitCode = 1;
}

async function restore(file: string, passphraseFile: string | undefined): Promise<void> {
  const { dataFolder, databaseUrl } = readConfig(process.env, process.cwd());
  await assertEmpty(dataFolder, databaseUrl);
  const address = file.includes("://") ? file : resolve(file);
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort(new Error("it was interrupted")));
  const archive = await openArchive(address, process.env, interrupted.signal);
  try {
    const unseal = (checked: CheckedArchive) => unsealed(checked, address, passphraseFile);
    const restored = await restoreServer({ dataFolder, databaseUrl, open: archive.open }, unseal, interrupted.signal);
    process.stdout.write(`${restoredText(restored.archive, { dataFolder, tookMs: restored.tookMs })}\n`);
  } finally {
    await archive.close();
  }
}

/** Tries what is known, then asks. */
async function unsealed({ unseal }: CheckedArchive, address: string, file: string | undefined): Promise<SealedFiles> {
  const given = file === undefined ? process.env.BATON_BACKUP_PASSPHRASE?.trim() : await readPassphrase(resolve(file));
  if (given) {
    const opened = await unseal(given);
    if (opened) return opened;
    throw new Error("the passphrase is not the one of this backup.");
  }
  for (const known of await passphrasesBeside(address)) {
    const opened = await unseal(known);
    if (opened) return opened;
  }
  if (!process.stdin.isTTY)
    throw new Error(
      "its key is sealed. Set BATON_BACKUP_PASSPHRASE, or give --passphrase-file with a file that holds it.",
    );
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    for (;;) {
      const opened = await unseal((await prompt.question("Passphrase of this backup: ")).trim());
      if (opened) return opened;
      process.stdout.write("That is not the passphrase of this backup.\n");
    }
  } finally {
    prompt.close();
  }
}
