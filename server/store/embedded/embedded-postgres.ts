import { mkdir, realpath } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../../ports/log.ts";
import { locateBinaries } from "./postgres-binaries.ts";
import { clusterData, ensureCluster, roleName } from "./postgres-cluster.ts";
import { type Launch, lastLogLines, launch } from "./postgres-launch.ts";
import { findPostmaster, type Postmaster, untilGone, untilReady } from "./postmaster.ts";

export interface EmbeddedPostgres {
  readonly url: string;
  /** Whether it was running already: a killed server left it behind, or a live server is using it. */
  readonly adopted: boolean;
  /** Leaves Postgres to the server that works with it; it is not restarted from here when it ends. */
  leave(): Promise<void>;
  /** Ends Postgres and waits. Do not call this when another server is using it, which would lose its database. */
  stop(): Promise<void>;
}

/** A start fails when another one is faster or the port was taken meanwhile; then it is tried again. */
const startTries = 3;
/** After this time connections are cut off; what was committed is kept all the same. */
const stopTimeoutMs = 20_000;
const lookEveryMs = 500;
const restartEveryMs = 1_000;

/**
 * Starts Baton's own Postgres. Its database and log are in `folder`. It listens on loopback, on a port that is chosen
 * at each start, and admits one role with a password. If it dies, it is started again at the same address. It outlives
 * a server that is killed, and the next server adopts it.
 */
export async function startEmbeddedPostgres(options: {
  readonly folder: string;
  readonly log?: Pick<Log, "info" | "warn">;
}): Promise<EmbeddedPostgres> {
  const { log } = options;
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  // The path as the kernel names it, because processes are recognised by it.
  const folder = await realpath(options.folder);
  const { initdb, postgres } = await locateBinaries();
  const { dataFolder, password } = await ensureCluster(folder, { initdb, postgres });
  const place = { postgres, dataFolder, logFile: join(folder, "postgres.log") };

  const { postmaster, adopted } = await adoptOrLaunch(place);
  const { pid, port } = postmaster;
  log?.info({ pid, port, adopted }, "the embedded Postgres is ready");
  const stopping = new AbortController();
  const supervision = supervise({ ...place, port }, postmaster, stopping.signal, log);

  return {
    url: `postgres://${roleName}:${password}@127.0.0.1:${port}/${roleName}`,
    adopted,
    async leave() {
      stopping.abort();
      await supervision;
    },
    async stop() {
      stopping.abort();
      await supervision;
      await stopPostmaster(dataFolder);
    },
  };
}

async function adoptOrLaunch(
  place: Omit<Launch, "port">,
): Promise<{ readonly postmaster: Postmaster; readonly adopted: boolean }> {
  for (let tries = 0; tries < startTries; tries++) {
    const found = await findPostmaster(place.dataFolder);
    // Also waits for a Postgres that is just stopping.
    const postmaster = found
      ? await untilReady(place.dataFolder, () => true)
      : await launch({ ...place, port: await freePort() });
    if (postmaster) return { postmaster, adopted: found !== null };
  }
  throw new Error(await whyNotStarted(place));
}

async function whyNotStarted({ logFile, dataFolder }: Omit<Launch, "port">): Promise<string> {
  const folder = dirname(dirname(dataFolder));
  return `The embedded Postgres did not start. Its log, ${logFile}, ends with:
${await lastLogLines(logFile)}

Apps that run are served all the same. If the log speaks of damaged files, restore the database: move ${folder}
away, put the folder of your last backup in its place, and restart Baton. The other folders of BATON_DATA stay.`;
}

/**
 * When somebody kills Postgres, or the kernel does for lack of memory, it is restarted, so that Baton is not left
 * without a database.
 */
async function supervise(
  place: Launch,
  first: Postmaster,
  stop: AbortSignal,
  log: Pick<Log, "warn"> | undefined,
): Promise<void> {
  let current: Postmaster | null = first;
  while (!stop.aborted) {
    const waiting = { lookEveryMs, ref: false, signal: stop };
    if (current) await untilGone(current.pid, place.dataFolder, waiting).catch(() => {});
    if (stop.aborted) return;
    log?.warn({ log: place.logFile }, "the embedded Postgres has exited; starting it again");
    current = await launch(place).catch((error: unknown) => {
      log?.warn({ err: error }, "the embedded Postgres cannot be started");
      return null;
    });
    if (!current) await delay(restartEveryMs, undefined, { ref: false, signal: stop }).catch(() => {});
  }
}

/**
 * Ends a Postgres that works below `folder` and was left by a process that was killed. Does nothing when there is none,
 * nor a database.
 */
export async function stopLeftPostgres(folder: string): Promise<void> {
  const found = await realpath(folder).catch(() => null);
  if (found !== null) await stopPostmaster(clusterData(found));
}

async function stopPostmaster(dataFolder: string): Promise<void> {
  // SIGINT ("fast") waits for nobody and leaves nothing to recover. SIGQUIT ends it at once.
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    const postmaster = await findPostmaster(dataFolder);
    if (!postmaster) return;
    process.kill(postmaster.pid, signal);
    const waiting = { lookEveryMs: 20, ref: true, signal: AbortSignal.timeout(stopTimeoutMs) };
    await untilGone(postmaster.pid, dataFolder, waiting).catch(() => {});
  }
  if (await findPostmaster(dataFolder)) throw new Error(`The Postgres of ${dataFolder} did not stop`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("The system has no free port");
  return address.port;
}
