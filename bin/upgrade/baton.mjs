import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { built, dataFolder, root } from "../set-up/places.mjs";

const HEALTHY_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 250;
const ANSWER_TIMEOUT_MS = 5_000;

const load = (file) => import(pathToFileURL(built(file)).href);

/**
 * The Baton of this BATON_DATA: the service of systemd, or a process that this terminal takes over.
 *
 * @returns {Promise<{
 *   config: import("../../server/boot/config.ts").Config,
 *   environment: NodeJS.ProcessEnv,
 *   isService: boolean,
 *   stop(): Promise<void>,
 *   start(): Promise<void>,
 *   becomesHealthy(): Promise<string | null>,
 *   stay(): Promise<number>,
 * }>}
 */
export async function findBaton() {
  const [{ readConfig }, { findService, serviceEnvironment }, { findServer, endServer }] = await Promise.all(
    ["boot/config.js", "boot/process/service.js", "boot/process/server-process.js"].map((file) =>
      load(`server/${file}`),
    ),
  );
  const data = dataFolder();
  const service = await findService(data);
  const environment = { ...process.env, ...(await serviceEnvironment(data)), BATON_DATA: data };
  const config = readConfig(environment, root);
  let child = null;

  return {
    config,
    environment,
    isService: service !== null,

    async stop() {
      if (child !== null) return end(child);
      await service?.stop();
      // It need not be the service that runs.
      const server = await findServer(join(data, "server.pid"));
      if (server !== null) await endServer(server);
    },

    async start() {
      if (service !== null) return service.start();
      child = spawn(process.execPath, [join(root, "bin/start.mjs")], { env: environment, stdio: "inherit" });
    },

    /** Resolves with null, or with why it is not healthy. */
    async becomesHealthy() {
      const deadline = Date.now() + HEALTHY_WITHIN_MS;
      let last = "it does not answer";
      while (Date.now() < deadline) {
        if (child !== null && hasEnded(child)) return `it ended with ${child.signalCode ?? child.exitCode}`;
        const problem = await askHealth(config.listen);
        if (problem === null) return null;
        last = problem;
        await delay(ASK_EVERY_MS);
      }
      return `${last}, ${HEALTHY_WITHIN_MS / 1000} s after its start`;
    },

    /** Leaves a service alone; otherwise this process lasts as long as the server. */
    async stay() {
      if (child === null) return 0;
      for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => name === "SIGTERM" && child.kill(name));
      if (!hasEnded(child)) await once(child, "exit");
      return child.exitCode ?? 1;
    },
  };
}

const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null;

async function end(child) {
  if (hasEnded(child)) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

async function askHealth({ host, port }) {
  try {
    const asked = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
    const name = asked.includes(":") ? `[${asked}]` : asked;
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = await fetch(`http://${name}:${port}/healthz`, { signal });
    if (answer.status === 200) return null;
    return `/healthz answers ${answer.status}: ${(await answer.text()).slice(0, 500)}`;
  } catch (error) {
    return `/healthz does not answer (${error.cause?.code ?? error.message})`;
  }
}
