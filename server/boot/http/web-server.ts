import { readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import type { Logger } from "pino";
import { createCommands } from "../../commands/commands.ts";
import { createGitHttp } from "../../web/git/git-http.ts";
import { loadAssets } from "../../web/http/assets.ts";
import { createWeb } from "../../web/web.ts";
import type { Everything } from "../adapters.ts";
import type { Config } from "../config.ts";
import type { Shifts } from "../leadership.ts";
import { sourceFolder } from "../process/source-folder.ts";
import { version } from "../process/version.ts";
import { thisMachine } from "../this-machine.ts";
import { readBundledApp } from "../welcome/bundled-app.ts";

/** Everything that answers on BATON_LISTEN: pages, API and git. */
export function createWebServer(needs: {
  readonly config: Config;
  readonly world: Everything;
  readonly shifts: Shifts;
  readonly log: Logger;
  /** A deployment's page, as people reach it. */
  readonly pageOf: (deployment: number) => string;
  /** Aborted when the server stops: streams end. */
  readonly closing: AbortSignal;
}): RequestListener {
  const { config, world, shifts, log, pageOf, closing } = needs;
  const { engine, firewall, buildLimiter, git, proxy, reach, store, clock, urlOf } = world;
  const { publicUrl, listen } = config;
  const { wakeQueue, wakeReconciler } = shifts;
  const { domain, allowPrivateRepositories } = config;
  const commands = createCommands({
    ...{ store, engine, git, clock, log, domain, allowPrivateRepositories, wakeQueue, wakeReconciler },
    publicHost: publicUrl.hostname,
    publishRoutes: world.publishRoutes,
    readSample: readBundledApp,
  });
  const web = createWeb({
    store,
    engine,
    firewall,
    buildLimiter,
    git,
    proxy,
    clock,
    log,
    machine: thisMachine(config.dataFolder),
    reach,
    version,
    readDocument: (name) => readFile(join(sourceFolder, "docs", `${name}.md`), "utf8"),
    assets: loadAssets(sourceFolder),
    closing,
    commands,
    unserved: world.unserved,
    forges: world.forges,
    gitHttp: createGitHttp({ store, git, commands, clock, log, pageOf, urlOf, publicUrl, listen }),
    publicUrl,
    listen,
    domain,
    httpPort: config.httpPort,
    httpsPort: config.httpsPort,
    maxBuilding: config.maxBuilds,
    drainTimeoutMs: config.drainTimeoutMs,
    healthTimeoutMs: config.healthTimeoutMs,
    workerUpMs: config.workerUpMs,
  });
  return getRequestListener(web.fetch);
}
