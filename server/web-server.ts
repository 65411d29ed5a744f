import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import type { World } from "./pipeline/work.ts";
import { routes } from "./routes.ts";
import type { Shifts } from "./shifts.ts";
import { createPushTrigger } from "./trigger/push.ts";
import { createTriggers } from "./trigger/triggers.ts";
import { version } from "./version.ts";
import { createGitHttp } from "./web/git-http.ts";
import { createWeb } from "./web/web.ts";

/** Everything that answers on BATON_LISTEN: pages, API and git. */
export function createWebServer(needs: {
  readonly config: Config;
  readonly world: World;
  readonly shifts: Shifts;
  readonly log: Logger;
  /** Aborted when the server stops: streams end. */
  readonly closing: AbortSignal;
}): RequestListener {
  const { config, world, shifts, log, closing } = needs;
  const { engine, git, proxy, store, clock, urlOf } = world;
  const { wakeQueue, wakeCaretaker } = shifts;
  const pageOf = (id: number) => new URL(routes.deployment(id), config.publicUrl).href;
  const pushes = createPushTrigger({ store, git, clock, wakeQueue });
  const web = createWeb({
    store,
    engine,
    git,
    proxy,
    clock,
    log,
    version,
    closing,
    triggers: createTriggers({
      store,
      engine,
      git,
      clock,
      domain: config.domain,
      publicUrl: config.publicUrl,
      publishRoutes: world.publishRoutes,
      wakeQueue,
      wakeCaretaker,
    }),
    gitHttp: createGitHttp({ store, git, pushes, clock, log, pageOf, urlOf }),
    publicUrl: config.publicUrl,
    listen: config.listen,
    domain: config.domain,
    httpPort: config.httpPort,
    httpsPort: config.httpsPort,
    maxBuilding: config.maxBuilds,
    drainTimeoutMs: config.drainTimeoutMs,
  });
  return getRequestListener(web.fetch);
}
