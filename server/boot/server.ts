import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { createCommands } from "../commands/commands.ts";
import type { Log } from "../ports/log.ts";
import { serveFromFile } from "../proxy/process/serve-from-file.ts";
import { measureNow } from "../reconciler/backups/measure-now.ts";
import { holdServerLock } from "../store/postgres/server-lock.ts";
import { loadAssets } from "../web/http/assets/assets.ts";
import { createWeb } from "../web/web.ts";
import { openAdapters, type ServerAdapters } from "./adapters.ts";
import type { Config } from "./config.ts";
import { listen } from "./http/listen.ts";
import { startLeaderWork } from "./leader-work.ts";
import { type Leadership, LockedOut, takeLeadership } from "./leadership.ts";
import { type DataFolder, openDataFolder } from "./process/data-folder.ts";
import { connectionsWithin, raiseFileLimit } from "./process/file-limit.ts";
import { createServerLog } from "./process/log.ts";
import { thisProcess } from "./process/process-mark.ts";
import { restoringFile } from "./process/restoring-file.ts";
import { signAsServer, signOff } from "./process/server-process.ts";
import { sourceFolder } from "./process/source-folder.ts";
import { version } from "./process/version.ts";
import { systemClock } from "./system-clock.ts";
import { readBundledApp } from "./welcome/bundled-app.ts";
import { greet } from "./welcome/greet.ts";

export interface Server {
  /** Prints where everything is. On the very first start it also pushes the bundled app. */
  greet(signal: AbortSignal): Promise<void>;
  /** Stops serving and building. Apps and Caddy keep running. */
  close(): Promise<void>;
}

/** Assembles the server from the bottom up: adapters, the lock, commands, web. */
export async function openServer(
  config: Config,
  terminal: NodeJS.WritableStream,
  onLockedOut: (reason: string) => void,
): Promise<Server> {
  const beganMs = systemClock.monotonicMs();
  if (existsSync(restoringFile(config.dataFolder)))
    throw new Error(`A restore into ${config.dataFolder} did not finish. Run it again: npm run restore -- FILE`);
  const data = await openDataFolder(config.dataFolder);
  const log = createServerLog(config.logLevel, join(data.root, "baton.log"), process.stderr);
  const closing = new AbortController();
  const fileLimit = await raiseFileLimit(log);
  await serveApps(config, data, log, closing.signal);
  const adapters = await openAdapters(config, data, log, closing.signal);
  const { database, store, proxy } = adapters;

  const leadership = await takeLeadership({
    lock: async (onLost) => holdServerLock({ url: database.url, owner: await thisProcess(), onLost }),
    startWork: async () => {
      await signAsServer(data.serverFile);
      await proxy.start(closing.signal);
      return startLeaderWork(adapters, config.maxBuilds);
    },
    onLockedOut: () => onLockedOut("Another Baton has taken over this database"),
    ...{ clock: systemClock, log },
  }).catch(async (error: unknown) => {
    await store.close();
    // After LockedOut, the database belongs to the other Baton, which is still running.
    if (!(error instanceof LockedOut)) await database.stop();
    throw error;
  });
  void proxy.watch(closing.signal).catch((error: unknown) => {
    if (!closing.signal.aborted) log.error({ err: error }, "Caddy is no longer being watched");
  });

  const web = makeWeb(config, adapters, leadership, closing.signal);
  const listening = await listen(getRequestListener(web.fetch), config.listen, connectionsWithin(fileLimit));
  log.info({ url: config.publicUrl.origin }, "serving");

  return {
    greet: (signal) => greet({ config, adapters, terminal, beganMs }, signal),
    async close() {
      closing.abort(new Error("the server stops"));
      await listening.close();
      await leadership.resign();
      await store.close();
      await database.stop();
      await signOff(data.serverFile);
    },
  };
}

/** First of all, because nothing else is needed for it: whatever keeps Baton from starting, the apps are reached. */
async function serveApps(config: Config, data: DataFolder, log: Log, signal: AbortSignal): Promise<void> {
  const place = { bin: config.caddyBin, folder: data.caddy, adminSocket: data.adminSocket };
  try {
    const found = await serveFromFile(place, signal);
    if (found === "started") log.info({}, "Caddy serves the apps from its last configuration");
  } catch (error) {
    // The supervisor tries again with today's settings, and says what is wrong with them.
    log.info({ err: error }, "Caddy could not be started from its last configuration");
  }
}

function makeWeb(config: Config, adapters: ServerAdapters, leadership: Leadership, closing: AbortSignal) {
  const { publicUrl, domain, allowPrivateRepositories } = config;
  const { wakeQueue, wakeReconciler, wakeBackups } = leadership;
  const commands = createCommands({
    ...{ ...adapters, domain, allowPrivateRepositories, wakeQueue, wakeReconciler, wakeBackups },
    publicHost: publicUrl.hostname,
    subnets: config.subnets,
    readSample: readBundledApp,
  });
  return createWeb({
    ...{ ...adapters, commands, version, publicUrl, domain, closing },
    backupFacts: (installation, service) => measureNow(adapters, installation, service),
    listen: config.listen,
    httpPort: config.httpPort,
    httpsPort: config.httpsPort,
    maxBuilding: config.maxBuilds,
    healthTimeoutMs: config.healthTimeoutMs,
    workerUpMs: config.workerUpMs,
    readDocument: (name) => readFile(join(sourceFolder, "docs", `${name}.md`), "utf8"),
    readJoinScript: () => readFile(join(sourceFolder, "bin", "join.sh"), "utf8"),
    assets: loadAssets(sourceFolder),
  });
}
