import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { openAdapters, type ServerAdapters } from "./boot/adapters.ts";
import { BadConfig } from "./boot/bad-config.ts";
import { type Config, readConfig } from "./boot/config.ts";
import { type DataFolder, openDataFolder } from "./boot/process/data-folder.ts";
import { createServerLog } from "./boot/process/log.ts";
import { thisProcess } from "./boot/process/process-mark.ts";
import { endServer, findServer, type ServerProcess } from "./boot/process/server-process.ts";
import { findService, type Service, serviceEnvironment } from "./boot/process/service.ts";
import type { ClusterMachine, Machines } from "./ports/machines.ts";
import { counted } from "./rules/wording/duration-text.ts";
import { listed, removalSummary } from "./rules/wording/removal-summary.ts";
import { dropEverything } from "./store/postgres/drop-everything.ts";
import { holdServerLock, type ServerLock } from "./store/postgres/server-lock.ts";

// npm run down: removes everything of one BATON_DATA and nothing of another.

const removal = { hasBegun: false };
try {
  const dataFolder = resolve(process.env.BATON_DATA || ".baton");
  const config = readConfig({ ...(await serviceEnvironment(dataFolder)), ...process.env }, process.cwd());
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
  const service = await findService(config.dataFolder);
  const opened = await open(config, data);
  const server = opened.lock === null ? await serverOf(data, opened) : null;
  const isAgreed = await isSure(await whatGoes(config, opened.adapters, server !== null)).catch(
    async (error: unknown) => {
      await close(opened);
      throw error;
    },
  );
  if (!isAgreed) return close(opened);
  if (server === null) {
    // While it is being removed, systemd must not start it.
    await service?.stop();
    await remove(config, opened, service);
  } else {
    await close(opened);
    await stop(server, service);
    await remove(config, await open(config, data), service);
  }
  await rm(data.root, { recursive: true, force: true });
  say(`${data.root} is removed.`);
}

/** The opened adapters and what they may remove. */
interface Opened {
  readonly adapters: ServerAdapters;
  /** Null: a Baton that runs has it. Without it nothing is removed, since that would put back what is taken away. */
  readonly lock: ServerLock | null;
}

async function open(config: Config, data: DataFolder): Promise<Opened> {
  const log = createServerLog("silent", `${data.root}/baton.log`, process.stderr);
  const adapters = await openAdapters(config, data, log);
  const held = await holdServerLock({ url: adapters.database.url, owner: await thisProcess(), onLost: () => {} });
  return { adapters, lock: held === "held-by-another" ? null : held };
}

/** Leaves the database to the Baton that runs, if one does. */
async function close({ adapters: { database, store }, lock }: Opened): Promise<void> {
  await store.close();
  await lock?.release();
  await (lock === null ? database.leave() : database.stop());
}

async function serverOf(data: DataFolder, opened: Opened): Promise<ServerProcess> {
  const server = await findServer(data.serverFile);
  if (server !== null) return server;
  await close(opened);
  throw new Error(
    "Another Baton, started from a different folder or of an older version, is using this database. Stop it first.",
  );
}

async function stop(server: ServerProcess, service: Service | null): Promise<void> {
  await service?.stop();
  // It need not be the service that runs.
  await endServer(server);
  say("Baton is stopped.");
}

/** Everything but the data folder. */
async function remove(config: Config, opened: Opened, service: Service | null): Promise<void> {
  const { adapters } = opened;
  if (opened.lock === null) {
    await close(opened);
    throw new Error("Baton was started again in the meantime. Stop it first.");
  }
  try {
    removal.hasBegun = true;
    await adapters.proxy.stop();
    say("Caddy is stopped.");
    await removeFromDocker(adapters);
    await removeFromHost(adapters);
    if (service !== null) {
      await service.remove();
      say("The service is removed.");
    }
  } finally {
    await close(opened);
  }
  if (config.databaseUrl !== null) await dropEverything(config.databaseUrl);
}

/** What Baton has set outside Docker. One that cannot be undone keeps nothing else. */
async function removeFromHost({ buildLimiter, firewall }: ServerAdapters): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));
  await buildLimiter.remove(signal).catch((error: unknown) => {
    say(`The limits of builds could not be lifted: ${reason(error)}`);
  });
  await firewall.remove(signal).catch((error: unknown) => {
    say(`The firewall rules could not be removed: ${reason(error)}`);
  });
}

async function whatGoes(
  config: Config,
  { engine, store, machines }: ServerAdapters,
  isRunning: boolean,
): Promise<string> {
  const products = await store.products.list();
  const volumes = await engine.listVolumes(AbortSignal.timeout(60_000));
  return removalSummary({
    products: products.map(({ slug }) => slug),
    volumes,
    machines: (await othersIn(machines)).map(({ name }) => name),
    dataFolder: config.dataFolder,
    isRunning,
  });
}

/** The machines of this Baton's cluster besides the server. */
async function othersIn(machines: Machines): Promise<readonly ClusterMachine[]> {
  const signal = AbortSignal.timeout(60_000);
  const state = await machines.state(signal);
  return state.type === "managed" ? (await machines.machines(signal)).filter(({ id }) => id !== state.self) : [];
}

async function endCluster(machines: Machines): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  if ((await machines.state(signal)).type !== "managed") return;
  const others = await othersIn(machines);
  await machines.end(signal);
  const left = others.length === 0 ? "" : ` Run docker swarm leave on ${listed(others.map(({ name }) => name))}.`;
  say(`The cluster is ended.${left}`);
}

async function removeFromDocker({ engine, machines }: ServerAdapters): Promise<void> {
  const signal = AbortSignal.timeout(600_000);
  await endCluster(machines);
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
