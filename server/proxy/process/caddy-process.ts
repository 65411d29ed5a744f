import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { createCaddyKeeper, emptyWhenGone, isGiven as runsFrom } from "./caddy-keeper.ts";

/** The one Caddy process that runs from a folder's configuration file, whoever started it. */
export interface CaddyProcess {
  /** Its process id, or null. */
  find(): Promise<number | null>;
  /** Starts it detached, so that it outlives this process. */
  launch(): Launched;
  /** Whether something starts it again when it ends, also without Baton. */
  isKept(): Promise<boolean>;
  /** From now on nothing starts it again when it ends. */
  letGo(): Promise<void>;
  /** Sends SIGTERM, then SIGKILL, and resolves when it is gone. Nothing starts it again. */
  end(pid: number): Promise<void>;
  /** The version of the binary, such as `2.11.4`. */
  version(): Promise<string>;
}

export interface Launched {
  /** Resolves when the process has ended or could not be started. */
  readonly ended: Promise<void>;
  /** Its last output once it has exited; null until then. */
  lastWords(): string | null;
  /** It serves: from now on it is started again whenever it ends, and `ended` says no more. */
  keep(): Promise<void>;
}

// Caddy gets no other variable of Baton's environment, because a configuration can quote them.
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const endGraceMs = 5_000;
const pollMs = 20;
const tailLines = 10;

export function createCaddyProcess(config: {
  readonly bin: string;
  readonly folder: string;
  readonly configFile: string;
}): CaddyProcess {
  const { bin, folder, configFile } = config;
  let known: { readonly mark: string | null; readonly version: string } | null = null;
  const pidFile = join(folder, "caddy.pid");
  // Truncated at each start, so that it stays small and holds this start's words; Caddy has its own log.
  const outputFile = join(folder, "caddy.out");
  const env = { PATH: searchPath, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const keeper = createCaddyKeeper({ bin, folder, configFile, pidFile, outputFile, env });

  return {
    async find() {
      const pid = Number(await readFile(pidFile, "utf8").catch(emptyWhenGone));
      return Number.isSafeInteger(pid) && pid > 0 && (await runsFrom(pid, configFile)) ? pid : null;
    },

    launch() {
      let words: string | null = null;
      const child = keeper.launch();
      const exited = once(child, "exit").then(
        async () => conclusionOf(await readFile(outputFile, "utf8").catch(() => "")),
        (error: unknown) => String(error),
      );
      const ended = exited.then((said) => {
        words = said;
      });
      return { ended, lastWords: () => words, keep: () => keeper.keep(child) };
    },

    isKept: keeper.isKeeping,
    letGo: keeper.letGo,

    async end(pid) {
      await keeper.letGo();
      process.kill(pid, "SIGTERM");
      if (!(await goneWithin(pid, configFile, endGraceMs))) {
        process.kill(pid, "SIGKILL");
        await goneWithin(pid, configFile, endGraceMs);
      }
      await rm(pidFile, { force: true });
    },

    async version() {
      const mark = await markOf(bin);
      if (mark === null || known?.mark !== mark) known = { mark, version: await versionOf(bin, env) };
      return known.version;
    },
  };
}

/** What changes when the binary is replaced; null when it is looked for on the search path. */
async function markOf(bin: string): Promise<string | null> {
  const found = await stat(bin, { bigint: true }).catch(() => null);
  return found && `${found.ino} ${found.size} ${found.mtimeNs}`;
}

async function goneWithin(pid: number, configFile: string, timeoutMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + timeoutMs;
  while (await runsFrom(pid, configFile)) {
    if (performance.now() > giveUpAt) return false;
    await delay(pollMs);
  }
  return true;
}

async function versionOf(bin: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)(bin, ["version"], { env }).catch((error: unknown) => {
    throw new Error(`Caddy cannot be run as ${bin}. Set BATON_CADDY_BIN to its path.`, { cause: error });
  });
  const [version] = /\d+\.\d+\.\d+/.exec(stdout) ?? [];
  if (version === undefined) throw new Error(`${bin} did not print its version. It printed: ${stdout.trim()}`);
  return version;
}

/** Caddy usually exits with a line "Error: …" that says it all. Otherwise the last lines have to do. */
function conclusionOf(output: string): string {
  const lines = output.trimEnd().split("\n");
  return lines.findLast((line) => line.startsWith("Error: ")) ?? lines.slice(-tailLines).join("\n");
}
