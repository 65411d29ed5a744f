import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { BadConfig, type Config, readConfig } from "./config.ts";
import { openDataFolder } from "./data-folder.ts";
import { createServerLog } from "./log.ts";
import { firstFreeSubnet } from "./rules/subnets.ts";
import { dropEverything } from "./store/drop-everything.ts";
import { createStore } from "./store/postgres-store.ts";
import { holdServerLock } from "./store/server-lock.ts";
import { createWorld, type Everything, openDatabase } from "./world.ts";

// npm run down: removes everything of one BATON_DATA and nothing of another.

try {
  const config = readConfig(process.env, process.cwd());
  if (!existsSync(config.dataFolder)) say(`There is nothing at ${config.dataFolder}.`);
  else if (process.argv.includes("--yes") || (await isSure(config))) await takeDown(config);
  else say("Nothing was removed.");
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof BadConfig ? message : `Not everything could be removed: ${message}`}\n`);
  process.exitCode = 1;
}

async function isSure(config: Config): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await prompt.question(
      `This stops and removes every app of ${config.dataFolder}: containers, images, volumes, repositories, database.\nType "yes" to go on: `,
    );
    return answer.trim() === "yes";
  } finally {
    prompt.close();
  }
}

async function takeDown(config: Config): Promise<void> {
  const data = await openDataFolder(config.dataFolder);
  const log = createServerLog("silent", `${data.root}/baton.log`, process.stderr);
  const database = await openDatabase(config.databaseUrl, data, log);
  // No lock, no removal: a Baton that runs would put back what is taken away.
  const lock = await holdServerLock({ url: database.url, onLost: () => {} });
  if (lock === "held-by-another") throw new Error("Baton is running on this data: stop it first");
  const store = await createStore({ url: database.url, keyFile: data.keyFile, chooseSubnet: firstFreeSubnet });
  const world = await createWorld(config, data, store, log);

  await world.proxy.stop();
  say("Caddy is stopped");
  await removeFromDocker(world);
  await store.close();
  await lock.release();
  if (config.databaseUrl !== null) await dropEverything(config.databaseUrl);
  await database.stop();
  await rm(data.root, { recursive: true, force: true });
  say(`${data.root} is removed`);
}

async function removeFromDocker({ engine }: Everything): Promise<void> {
  const signal = AbortSignal.timeout(600_000);
  const containers = await engine.listContainers({ all: true }, signal);
  await Promise.all(containers.map(({ id }) => engine.removeContainer(id, signal)));
  const networks = await engine.listNetworks(signal);
  for (const { name } of networks) await engine.removeNetwork(name, signal);
  const volumes = await engine.listVolumes(signal);
  for (const name of volumes) await engine.removeVolume(name, signal);
  const tags = (await engine.listImages(signal)).flatMap((image) => image.tags);
  for (const tag of tags) await engine.removeTag(tag, signal);
  say(
    `${containers.length} containers, ${networks.length} networks, ${volumes.length} volumes and ${tags.length} images are removed`,
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
