import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BadConfig } from "./boot/bad-config.ts";
import { type Config, readConfig } from "./boot/config.ts";
import { hold, longestHoldMs } from "./boot/hold/hold.ts";
import { openDataFolder } from "./boot/process/data-folder.ts";
import { serviceEnvironment } from "./boot/process/service.ts";

// npm run hold: lets requests to apps wait while Docker is restarted or upgraded, whether or not Baton is running.

const usage = `npm run hold -- systemctl restart docker     requests wait while the command runs and until the apps answer again
npm run hold                                 requests wait until the apps have gone and come back
  --seconds 60    at most for so long (1 to ${longestHoldMs / 1000}, which is the default)
`;

try {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    options: { seconds: { type: "string" } },
    allowPositionals: true,
  });
  const seconds = Number(values.seconds ?? longestHoldMs / 1000);
  if (seconds >= 1 && seconds * 1000 <= longestHoldMs) process.exitCode = await holdApps(seconds * 1000, positionals);
  else throw new TypeError("--seconds", { cause: values.seconds });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof TypeError && ("code" in error || message === "--seconds");
  process.stderr.write(isUsage ? usage : `${error instanceof BadConfig ? message : `Nothing is held: ${message}`}\n`);
  process.exitCode = 1;
}

async function holdApps(limitMs: number, command: readonly string[]): Promise<number> {
  const dataFolder = resolve(process.env.BATON_DATA || ".baton");
  const config: Config = readConfig({ ...(await serviceEnvironment(dataFolder)), ...process.env }, process.cwd());
  if (!existsSync(config.dataFolder)) throw new Error(`there is no data at ${config.dataFolder}. Start Baton first.`);
  const data = await openDataFolder(config.dataFolder);
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stopping.abort());

  let code = 0;
  const work = async (signal: AbortSignal) => {
    code = await run(command, signal);
  };
  if (command.length === 0)
    say("Restart Docker when requests wait. They go on when the apps are back, or with Ctrl-C.");
  const { heldMs, silent } = await hold({ config, data, say }, command.length > 0 ? work : null, {
    limitMs,
    signal: stopping.signal,
  });
  say(`Requests go on, after ${(heldMs / 1000).toFixed(1)} s.`);
  if (silent.length === 0) return code;
  say(`These answered before and do not now: ${silent.join(", ")}.`);
  return code || 1;
}

async function run([program = "", ...args]: readonly string[], signal: AbortSignal): Promise<number> {
  const child = spawn(program, args, { stdio: "inherit" });
  const exited = once(child, "exit");
  // The command goes on when the time is over: only the requests do not wait for it any longer.
  const over = once(signal, "abort").then(() => [null]);
  const [code] = await Promise.race([exited, over]);
  return code ?? 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
