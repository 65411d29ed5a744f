import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** The one Caddy process that runs from a folder's configuration file, whoever started it. */
export interface CaddyProcess {
  /** Its process id, or null. */
  find(): Promise<number | null>;
  /** Starts it detached, so that it outlives this process. */
  launch(): Launched;
  /** Sends SIGTERM, then SIGKILL, and resolves when it is gone. */
  end(pid: number): Promise<void>;
  /** The version of the binary, such as `2.11.4`. */
  version(): Promise<string>;
}

export interface Launched {
  /** Resolves when the process has ended or could not be started. */
  readonly ended: Promise<void>;
  /** Its last output once it has exited; null until then. */
  lastWords(): string | null;
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
  const pidFile = join(folder, "caddy.pid");
  const env = { PATH: searchPath, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };

  /** Resolves with what Caddy said last, once it has exited. */
  async function run(): Promise<string> {
    // Truncated at each start, so that it stays small and holds this start's words; Caddy has its own log.
    const outputFile = join(folder, "caddy.out");
    const output = await open(outputFile, "w", 0o600);
    const child = spawn(bin, ["run", "--config", configFile, "--pidfile", pidFile], {
      cwd: folder,
      env,
      detached: true,
      stdio: ["ignore", output.fd, output.fd],
    });
    child.unref();
    await output.close();
    await once(child, "exit");
    return conclusionOf(await readFile(outputFile, "utf8"));
  }

  return {
    async find() {
      const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
      return Number.isSafeInteger(pid) && pid > 0 && (await runsFrom(pid, configFile)) ? pid : null;
    },

    launch() {
      let words: string | null = null;
      const keep = (said: string) => {
        words = said;
      };
      return { ended: run().then(keep, (error: unknown) => keep(String(error))), lastWords: () => words };
    },

    async end(pid) {
      process.kill(pid, "SIGTERM");
      if (!(await goneWithin(pid, configFile, endGraceMs))) {
        process.kill(pid, "SIGKILL");
        await goneWithin(pid, configFile, endGraceMs);
      }
      await rm(pidFile, { force: true });
    },

    version: () => versionOf(bin, env),
  };
}

/** A pid file proves nothing after a reboot: only a process that was given this configuration file counts. */
async function runsFrom(pid: number, configFile: string): Promise<boolean> {
  const argv = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return argv.split("\0").includes(configFile);
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
