import { join } from "node:path";
import { admitAdministrator } from "../commands/access/admit-administrator.ts";
import type { Store } from "../ports/store/store.ts";
import { createReach } from "../probe/reach.ts";
import { routes } from "../routes.ts";
import { missingSteps } from "../rules/products/missing-steps.ts";
import { firstFreeSubnet } from "../rules/routing/subnets.ts";
import { holdServerLock } from "../store/postgres/server-lock.ts";
import { createStore } from "../store/postgres-store.ts";
import { createHostStates } from "../web/read/host-states.ts";
import { readSetUpSteps } from "../web/read/set-up-facts.ts";
import { createWorld, openDatabase } from "./adapters.ts";
import type { Config } from "./config.ts";
import { listen } from "./http/listen.ts";
import { createWebServer } from "./http/web-server.ts";
import { beginShift } from "./leader-work.ts";
import { keepShifts, LockedOut } from "./leadership.ts";
import { openDataFolder } from "./process/data-folder.ts";
import { createServerLog } from "./process/log.ts";
import { signAsServer, signOff } from "./process/server-process.ts";
import { systemClock } from "./system-clock.ts";
import { greeting } from "./welcome/greeting.ts";
import { pushHello } from "./welcome/hello.ts";

export interface Server {
  /** Prints where everything is; on the very first start also pushes the bundled app. */
  greet(signal: AbortSignal): Promise<void>;
  /** Stops serving and building. Apps, and the Caddy before them, go on. */
  close(): Promise<void>;
}

/** Puts everything together, from the bottom up: database, lock, engine and proxy, queue, web. */
export async function openServer(
  config: Config,
  terminal: NodeJS.WritableStream,
  onLockedOut: (reason: string) => void,
): Promise<Server> {
  const beganMs = systemClock.monotonicMs();
  const data = await openDataFolder(config.dataFolder);
  const log = createServerLog(config.logLevel, join(data.root, "baton.log"), process.stderr);
  const database = await openDatabase(config.databaseUrl, data, log);
  const store = await createStore({ url: database.url, keyFile: data.keyFile, chooseSubnet: firstFreeSubnet, log });
  const world = await createWorld(config, data, store, log);
  const pageOf = (deployment: number) => new URL(routes.deployment(deployment), config.publicUrl).href;
  const closing = new AbortController();

  const shifts = await keepShifts({
    hold: (onLost) => holdServerLock({ url: database.url, onLost }),
    begin: async () => {
      await signAsServer(data.serverFile);
      await world.proxy.start(closing.signal);
      return beginShift({ ...world, pageOf }, config.maxBuilds, log);
    },
    onLockedOut: () => onLockedOut("Another Baton has taken over this database"),
    clock: systemClock,
    log,
  }).catch(async (error: unknown) => {
    await store.close();
    // Locked out, the database belongs to the Baton that runs.
    if (!(error instanceof LockedOut)) await database.stop();
    throw error;
  });
  void world.proxy.watch(closing.signal).catch((error: unknown) => {
    if (!closing.signal.aborted) log.error({ err: error }, "Caddy is no longer being watched");
  });

  const web = await listen(
    createWebServer({ config, world, shifts, log, pageOf, closing: closing.signal }),
    config.listen,
  );
  log.info({ url: config.publicUrl.origin }, "serving");

  return {
    async greet(signal) {
      // Made at the last moment: a token that no terminal shows would lock everybody out.
      const newToken = await admitAdministrator({ store }, config.adminToken);
      const tookMs = systemClock.monotonicMs() - beganMs;
      terminal.write(
        greeting({
          publicUrl: config.publicUrl,
          newToken,
          appAddress: world.urlOf(`<product>.${config.domain}`),
          tookMs,
        }),
      );
      const token = newToken ?? config.adminToken;
      if (config.deployHello && token !== null) await helloOnce(config, store, token, terminal, signal);
      await tellMissing(config, store, terminal, signal);
    },
    async close() {
      closing.abort(new Error("the server stops"));
      await web.close();
      await shifts.end();
      await store.close();
      await database.stop();
      await signOff(data.serverFile);
    },
  };
}

/** By loopback, since the public URL may not lead here yet: DNS, a firewall or a certificate may be missing. */
function listenUrl({ host, port }: Config["listen"]): URL {
  const isEvery = host === "0.0.0.0" || host === "::";
  return new URL(`http://${isEvery ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host}:${port}`);
}

/** The first start on an empty data folder proves itself; whatever came of it, it is not done again. */
async function helloOnce(
  config: Config,
  store: Store,
  token: string,
  terminal: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<void> {
  const isFirst = (await store.products.list()).length === 0 && (await store.settings.get("hello")) === null;
  await store.settings.set("hello", "done");
  if (!isFirst) return;
  terminal.write("  Pushing the bundled sample app to itself, as you would push yours:\n\n");
  const code = await pushHello(listenUrl(config.listen), token, signal);
  if (code !== 0) {
    terminal.write("\n  The sample app was not deployed; the lines above say why. Baton itself is running.\n");
  }
}

/** Of a server that others are meant to reach: what keeps them from it. */
async function tellMissing(
  config: Config,
  store: Store,
  terminal: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<void> {
  const { publicUrl, domain, httpsPort } = config;
  const reach = createReach();
  const hostStates = createHostStates({ reach, clock: systemClock, httpsPort });
  const steps = await readSetUpSteps({ ...config, store, reach, hostStates }, signal);
  const listenPort = config.listen.port;
  const lines = missingSteps({ steps, publicUrl, domain, listenPort, checklist: routes.setUp() });
  if (lines.length > 0) terminal.write(`\n${lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}\n\n`);
}
