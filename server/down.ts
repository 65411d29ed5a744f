import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { BadConfig, type Config, readConfig } from "./config.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { createServerLog } from "./log.ts";
import { counted } from "./rules/duration-text.ts";
import { listed, removalSummary } from "./rules/removal-summary.ts";
import { firstFreeSubnet } from "./rules/subnets.ts";
import { dropEverything } from "./store/drop-everything.ts";
import { createStore } from "./store/postgres-store.ts";
import { holdServerLock } from "./store/server-lock.ts";
import { createWorld, type Everything, openDatabase } from "./world.ts";

// npm run down: removes everything of one BATON_DATA and nothing of another.

const removal = { hasBegun: false };
try {
  const config = readConfig(process.env, process.cwd());
  if (!existsSync(config.dataFolder)) say(`There is nothing to remove at ${config.dataFolder}.`);
  else await takeDown(config);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const outcome = removal.hasBegun ? "Not everything could be removed" : "Nothing was removed";
  process.stderr.write(`${error instanceof BadConfig ? message : `${outcome}: ${message}`}\n`);
  process.exitCode = 1;
}

/** Without an answer, as where there is no terminal: no. */
async function isSure(question: string): Promise<boolean> {
  if (process.argv.includes("--yes")) return true;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<null>((resolve) => prompt.once("close", () => resolve(null)));
  try {
    const answer = await Promise.race([prompt.question(`${question}\nType "yes" to continue: `), closed]);
    if (answer === null) say("");
    if (answer?.trim() === "yes") return true;
    say(`Nothing was removed.${answer === null ? " To remove it without being asked: npm run down -- --yes" : ""}`);
    if (answer === null) process.exitCode = 1;
    return false;
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
  if (lock === "held-by-another") throw new Error("Baton is still running on this data. Stop it first.");
  let isRemoved = false;
  try {
    isRemoved = await removeWhenSure(config, data, database, log);
  } finally {
    await lock.release();
    await database.stop();
  }
  if (!isRemoved) return;
  await rm(data.root, { recursive: true, force: true });
  say(`${data.root} is removed.`);
}

/** Everything but the data folder. */
async function removeWhenSure(
  config: Config,
  data: DataFolder,
  database: { readonly url: string },
  log: ReturnType<typeof createServerLog>,
): Promise<boolean> {
  const store = await createStore({ url: database.url, keyFile: data.keyFile, chooseSubnet: firstFreeSubnet });
  try {
    const world = await createWorld(config, data, store, log);
    if (!(await isSure(await whatGoes(config, world)))) return false;
    removal.hasBegun = true;
    await world.proxy.stop();
    say("Caddy is stopped.");
    await removeFromDocker(world);
    await world.buildLimiter.remove(AbortSignal.timeout(60_000)).catch((error: unknown) => {
      say(`The limits of builds could not be lifted: ${error instanceof Error ? error.message : String(error)}`);
    });
    await world.firewall.remove(AbortSignal.timeout(60_000)).catch((error: unknown) => {
      say(`The firewall rules could not be removed: ${error instanceof Error ? error.message : String(error)}`);
    });
  } finally {
    await store.close();
  }
  if (config.databaseUrl !== null) await dropEverything(config.databaseUrl);
  return true;
}

async function whatGoes(config: Config, { engine, store }: Everything): Promise<string> {
  const products = await store.products.list();
  const volumes = await engine.listVolumes(AbortSignal.timeout(60_000));
  return removalSummary({
    products: products.map(({ slug }) => slug),
    volumes: volumes.length,
    dataFolder: config.dataFolder,
  });
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
  const counts = [
    counted(containers.length, "container"),
    counted(networks.length, "network"),
    counted(volumes.length, "volume"),
    counted(tags.length, "image"),
  ];
  say(`Removed from Docker: ${listed(counts)}.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
