import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { listenersOf } from "../config/config-reader.ts";
import { assertFree } from "../config/listeners.ts";
import { createAdmin } from "./admin.ts";
import { createCaddyProcess } from "./caddy-process.ts";

const startTimeoutMs = 15_000;
const pollMs = 20;

/**
 * Starts Caddy from the file that it was last given, if there is one and no Caddy runs: the apps are served before the
 * database is there, and when it never is. What differs from today's settings is corrected by the supervisor's start.
 * Rejects with a sentence that says why that is impossible.
 */
export async function serveFromFile(
  { bin, folder, adminSocket }: { readonly bin: string; readonly folder: string; readonly adminSocket: string },
  signal: AbortSignal,
): Promise<"started" | "runs already" | "no file"> {
  const configFile = join(folder, "caddy.json");
  const config = await readFile(configFile, "utf8").then(JSON.parse, () => null);
  if (config === null) return "no file";
  const caddy = createCaddyProcess({ bin, folder, configFile });
  const admin = createAdmin({ socketPath: adminSocket });
  const answers = () =>
    admin.ping(signal).then(
      () => true,
      () => false,
    );
  if ((await caddy.find()) !== null || (await caddy.isKept()) || (await answers())) return "runs already";

  await caddy.version();
  await assertFree(listenersOf(config));
  const { lastWords, keep } = caddy.launch();
  const giveUpAt = performance.now() + startTimeoutMs;
  while (!(await answers())) {
    signal.throwIfAborted();
    if (lastWords() !== null) throw new Error(`Caddy did not start: ${lastWords()}`);
    if (performance.now() > giveUpAt) throw new Error("Caddy was started, but its admin socket is not responding.");
    await delay(pollMs, undefined, { signal });
  }
  await keep();
  return "started";
}
