import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { acceptedProtocol, gitEnvironment } from "./git-environment.ts";
import { GitFailed } from "./git-failed.ts";

/** A git whose input and output are streams. Disposing ends it, its children included, and waits until it is gone. */
export interface GitProcess extends AsyncDisposable {
  /** Writing to a git that has ended does nothing. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves when git has ended by itself with 0; rejects with the signal's reason, or GitFailed. Read all of stdout first. */
  succeeded(): Promise<void>;
}

export interface GitProcesses {
  spawn(request: GitProcessRequest, signal: AbortSignal): GitProcess;
}

export interface GitProcessRequest {
  /** Path of the bare repository. */
  readonly repository: string;
  readonly args: readonly string[];
  /** For this process only, stronger than the repository's own. */
  readonly config?: Readonly<Record<string, string>>;
  /** The same for what the list of processes must not show. */
  readonly hiddenConfig?: Readonly<Record<string, string>>;
  /** The only ones that may be used, as git lists them: `https`. */
  readonly protocols?: string;
  /** The client's `Git-Protocol` header. */
  readonly protocol?: string | null;
  /** It tidies up and ends when its input does; signals are for when it does not. */
  readonly endsWithInput?: boolean;
}

/** Between asking it to end in one way and in the next, harder one. */
const graceMs = 2_000;
const maxStderrChars = 8_192;

/**
 * The one place that starts git for streaming. No git outlives its request: each has a process group of its own,
 * which is signalled as a whole. Nor does it outlive Baton, even after `kill -9`: the kernel sends it SIGTERM (through
 * `setpriv`, where there is one), and its children then find their pipes closed. SIGTERM first, because
 * git removes its lock files on it.
 */
export function createGitProcesses({ searchPath }: { readonly searchPath: string }): GitProcesses {
  const environment = gitEnvironment(searchPath);
  const diesWithParent = searchPath.split(":").some((folder) => existsSync(join(folder, "setpriv")));

  return {
    spawn(request, signal) {
      signal.throwIfAborted();
      const { repository, args, config = {}, hiddenConfig = {}, protocols, protocol = null, endsWithInput } = request;
      const settings = Object.entries(config).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
      const command = [...(diesWithParent ? ["setpriv", "--pdeathsig", "TERM"] : []), "git", ...settings, ...args];
      const version = acceptedProtocol(protocol);
      const child = spawn(command[0] ?? "git", command.slice(1), {
        cwd: "/",
        detached: true,
        env: {
          ...environment,
          ...configVariables(hiddenConfig),
          GIT_DIR: repository,
          ...(version === null ? {} : { GIT_PROTOCOL: version }),
          ...(protocols === undefined ? {} : { GIT_ALLOW_PROTOCOL: protocols }),
        },
      });
      const stop = () => endGroup(child, endsWithInput ? [null, "SIGTERM", "SIGKILL"] : ["SIGTERM", "SIGKILL"]);
      return supervise(child, { command: args[0] ?? "", stop, signal });
    },
  };
}

/** Git reads settings from numbered variables, too. */
function configVariables(config: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const settings = Object.entries(config);
  if (settings.length === 0) return {};
  const numbered = settings.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(numbered) };
}

function supervise(
  child: ChildProcessWithoutNullStreams,
  { command, stop, signal }: { readonly command: string; readonly stop: () => void; readonly signal: AbortSignal },
): GitProcess {
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-maxStderrChars);
  });
  // A git that ends before it has read everything is no error here: its exit code tells.
  child.stdin.on("error", () => {});

  signal.addEventListener("abort", stop, { once: true });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", (cause) => reject(new Error("git could not be started", { cause })));
    child.once("close", resolve);
  }).finally(() => signal.removeEventListener("abort", stop));
  ended.catch(() => {});

  return {
    stdin: child.stdin,
    stdout: child.stdout,
    async succeeded() {
      const exitCode = await ended;
      signal.throwIfAborted();
      if (exitCode !== 0) throw new GitFailed(command, exitCode, stderr);
    },
    async [Symbol.asyncDispose]() {
      stop();
      child.stdout.destroy();
      await ended.catch(() => {});
    },
  };
}

/** Ends its input, then sends each signal (null: none yet) to the whole group while it is still there. */
function endGroup(child: ChildProcessWithoutNullStreams, [name, ...harder]: readonly (NodeJS.Signals | null)[]): void {
  if (name === undefined || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.stdin.destroy();
  if (name !== null) signalGroup(child.pid, name);
  const next = setTimeout(() => endGroup(child, harder), graceMs);
  child.once("exit", () => clearTimeout(next));
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // It has just ended.
  }
}
