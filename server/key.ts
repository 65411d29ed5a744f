import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { BadConfig } from "./boot/bad-config.ts";
import { withStore } from "./boot/beside-server.ts";
import { type Config, readConfig } from "./boot/config.ts";
import { openDataFolder } from "./boot/process/data-folder.ts";
import { serviceEnvironment } from "./boot/process/service.ts";
import { rotationText } from "./rules/wording/rotation-text.ts";

// npm run key -- rotate: encrypts this BATON_DATA's secrets with a new key, whether or not Baton is running.

const usage = `npm run key -- rotate   encrypts all stored secrets with a new key; Baton may go on serving meanwhile\n`;

try {
  const [command, ...others] = process.argv.slice(2);
  if (command !== "rotate" || others.length > 0) {
    process.stderr.write(usage);
    process.exitCode = 1;
  } else {
    const dataFolder = resolve(process.env.BATON_DATA || ".baton");
    await rotate(readConfig({ ...(await serviceEnvironment(dataFolder)), ...process.env }, process.cwd()));
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof BadConfig ? message : `The key was not rotated: ${message}`}\n`);
  process.exitCode = 1;
}

async function rotate(config: Config): Promise<void> {
  const keyFile = join(config.dataFolder, "key");
  if (!existsSync(keyFile)) throw new Error(`there is no key at ${keyFile}. Baton creates it at its first start.`);
  const data = await openDataFolder(config.dataFolder);
  await withStore(config, data, async (store) => {
    const rotation = await store.keys.rotate();
    process.stdout.write(`${rotationText(rotation, keyFile)}\n`);
    if (rotation.unreadable.length > 0) process.exitCode = 1;
  });
}
