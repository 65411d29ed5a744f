import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** The one Caddy process that runs from a folder's configuration file, whoever started it. */
export interface CaddyProcess {
  /** Its process id; null when none runs. */
  find(): Promise<number | null>;
  /** Starts it, detached: it outlives this process. */
  launch(): Launched;
  /** SIGTERM, then SIGKILL; resolves when it is gone. */
  end(pid: number): Promise<void>;
  /** What the binary calls itself, e.g. `2.11.4`. */
  version(): Promise<string>;
}

export interface Launched {
  /** Resolves when the process has ended or could not be started. */
  readonly ended: Promise<void>;
  /** What it last said, once it has ended; null until then. */
  lastWords(): string | null;
}

// Named, because the rest of Baton's environment is none of Caddy's business: a configuration can quote variables.
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
  const outputFile = join(folder, "caddy.out");
  const env = { PATH: searchPath, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };

  async function run(): Promise<string> {
    // Begun anew each time, so that it holds this start's words and stays small; the log proper is Caddy's own.
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

  /** A number in a file proves nothing after a reboot: only a process that was given this configuration file counts. */
  async function isOurs(pid: number): Promise<boolean> {
    const argv = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return argv.split("\0").includes(configFile);
  }

  async function goneWithin(pid: number, timeoutMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + timeoutMs;
    while (await isOurs(pid)) {
      if (performance.now() > giveUpAt) return false;
      await delay(pollMs);
    }
    return true;
  }

  return {
    async find() {
      const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
      return Number.isSafeInteger(pid) && pid > 0 && (await isOurs(pid)) ? pid : null;
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
      if (!(await goneWithin(pid, endGraceMs))) {
        process.kill(pid, "SIGKILL");
        await goneWithin(pid, endGraceMs);
      }
      await rm(pidFile, { force: true });
    },

    async version() {
      const { stdout } = await promisify(execFile)(bin, ["version"], { env }).catch((error: unknown) => {
        throw new Error(`Caddy cannot be run as ${bin} (BATON_CADDY_BIN names another).`, { cause: error });
      });
      const [version] = /\d+\.\d+\.\d+/.exec(stdout) ?? [];
      if (version === undefined) throw new Error(`${bin} did not print its version, but: ${stdout.trim()}`);
      return version;
    },
  };
}

/** Caddy ends with a line "Error: …" that says it all; else the last lines must do. */
function conclusionOf(output: string): string {
  const lines = output.trimEnd().split("\n");
  return lines.findLast((line) => line.startsWith("Error: ")) ?? lines.slice(-tailLines).join("\n");
}
