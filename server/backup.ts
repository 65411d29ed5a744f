import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { backUpServer } from "./boot/backup/back-up-server.ts";
import { BadConfig } from "./boot/bad-config.ts";
import { withStore } from "./boot/beside-server.ts";
import { type Config, readConfig } from "./boot/config.ts";
import { openDataFolder } from "./boot/process/data-folder.ts";
import { serviceEnvironment } from "./boot/process/service.ts";
import { systemClock } from "./boot/system-clock.ts";
import { archiveAddress, archivePlace, keptSettings, NoPlace } from "./rules/backup/archive-place.ts";
import { backupText } from "./rules/wording/backup-text.ts";

// npm run backup: writes one archive of this BATON_DATA, whether or not Baton is running.

const usage = `npm run backup                            into ${"`backups`"} in BATON_DATA
npm run backup -- --to /srv/backups       into this folder
npm run backup -- --to s3://bucket/baton  into a bucket; reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
                                          AWS_REGION and AWS_ENDPOINT_URL
`;

try {
  const { values } = parseArgs({ args: process.argv.slice(2), options: { to: { type: "string" } } });
  const dataFolder = resolve(process.env.BATON_DATA || ".baton");
  const environment = { ...(await serviceEnvironment(dataFolder)), ...process.env };
  await backUp(readConfig(environment, process.cwd()), environment, values.to);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof TypeError && "code" in error;
  const isAsked = error instanceof BadConfig || error instanceof NoPlace;
  process.stderr.write(isUsage ? usage : `${isAsked ? message : `No backup was made: ${message}`}\n`);
  process.exitCode = 1;
}

async function backUp(config: Config, environment: NodeJS.ProcessEnv, wanted: string | undefined): Promise<void> {
  if (!existsSync(config.dataFolder)) throw new Error(`there is no data at ${config.dataFolder}. Start Baton first.`);
  const data = await openDataFolder(config.dataFolder);
  const { passphrase } = config.ownBackups;
  const to = archivePlace(wanted === undefined ? (config.ownBackups.to ?? data.backups) : placeOf(wanted), environment);
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => interrupted.abort(new Error("it was interrupted")));
  const text = await withStore(config, data, async ({ instance, backups }, url) => {
    const order = { data, url, instance, settings: keptSettings(environment), to, passphrase, now: systemClock.now };
    const done = await backUpServer(order, interrupted.signal);
    if (done === "running") throw new Error("another one is being made at the moment.");
    await backups.noteOwn(done, systemClock.now());
    return backupText({ ...done, path: archiveAddress(done.place, done.file) }, done.passphrase);
  });
  process.stdout.write(`${text}\n`);
}

/** A path on the command line may be relative. */
function placeOf(text: string): string {
  return text.includes("://") ? text : resolve(text);
}
