import { type ChildProcess, spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../../files/durable-file.ts";

/**
 * A shell that starts Caddy and starts it again whenever it ends, so that the apps are served again when Caddy was
 * killed together with Baton. It goes on for as long as the file that names it exists.
 */
export interface CaddyKeeper {
  /** Starts Caddy once. It ends with Caddy, until `keep` is called. */
  launch(): ChildProcess;
  /** From now on Caddy is started again whenever it ends. */
  keep(launched: ChildProcess): Promise<void>;
  /** Whether one runs that starts Caddy again. */
  isKeeping(): Promise<boolean>;
  /** Caddy may end now. */
  letGo(): Promise<void>;
}

/**
 * Arguments: Caddy, its configuration, its pid file, the file for its output, and the file that says to go on. The first
 * restart comes at once; one that does not last for ten seconds waits for longer and longer. Caddy may open as many files
 * as the kernel allows, because each request needs two.
 */
const script = `
ulimit -n 1048576 2>/dev/null || ulimit -n "$(ulimit -H -n)"
pause=0
while :; do
  began=$(date +%s)
  "$1" run --config "$2" --pidfile "$3" >"$4" 2>&1
  code=$?
  [ -e "$5" ] || exit "$code"
  if [ $(($(date +%s) - began)) -ge 10 ]; then pause=0; fi
  sleep "$pause"
  [ -e "$5" ] || exit "$code"
  pause=$((pause < 8 ? pause * 2 + 1 : 15))
done
`;

export function createCaddyKeeper(config: {
  readonly bin: string;
  readonly folder: string;
  readonly configFile: string;
  readonly pidFile: string;
  readonly outputFile: string;
  readonly env: NodeJS.ProcessEnv;
}): CaddyKeeper {
  const { bin, folder, configFile, pidFile, outputFile, env } = config;
  const keepFile = join(folder, "caddy.keeper");

  async function find(): Promise<number | null> {
    const pid = Number(await readFile(keepFile, "utf8").catch(emptyWhenGone));
    return Number.isSafeInteger(pid) && pid > 0 && (await isGiven(pid, configFile)) ? pid : null;
  }

  return {
    launch() {
      const args = ["-c", script, "baton-caddy-keeper", bin, configFile, pidFile, outputFile, keepFile];
      // Detached, so that it outlives this process, and Ctrl-C in the terminal is for Baton alone.
      const child = spawn("/bin/sh", args, { cwd: folder, env, detached: true, stdio: "ignore" });
      child.unref();
      return child;
    },
    async keep({ pid }) {
      await replaceFile(keepFile, `${pid}\n`);
    },
    isKeeping: async () => (await find()) !== null,
    async letGo() {
      const pid = await find();
      await rm(keepFile, { force: true });
      // Between two runs of Caddy it would start one more.
      if (pid !== null) kill(pid);
    },
  };
}

/** A pid proves nothing after a reboot: only a process that was given this configuration file counts. */
export async function isGiven(pid: number, configFile: string): Promise<boolean> {
  const argv = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(emptyWhenGone);
  return argv.split("\0").includes(configFile);
}

/** Any other error, such as too many open files, does not say that the process is gone. */
export function emptyWhenGone(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT" || error.code === "ESRCH") return "";
  throw error;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
