import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { acceptedProtocol, gitEnvironment } from "./git-environment.ts";
import { GitFailed } from "./git-failed.ts";

/**
 * A git process whose input and output are streams. Disposing it ends the process with its children and waits until
 * they are gone.
 */
export interface GitProcess extends AsyncDisposable {
  /** Writing to a git that has ended does nothing. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves when git has exited with 0; rejects with the signal's reason, or GitFailed. Read all of stdout first. */
  succeeded(): Promise<void>;
}

export interface GitProcesses {
  spawn(request: GitProcessRequest, signal: AbortSignal): GitProcess;
}

export interface GitProcessRequest {
  /** Path of the bare repository. */
  readonly repository: string;
  readonly args: readonly string[];
  /** Settings for this process only; they override the repository's own. */
  readonly config?: Readonly<Record<string, string>>;
  /** Settings that must not show in the list of processes. */
  readonly hiddenConfig?: Readonly<Record<string, string>>;
  /** The only protocols that may be used, as git lists them: `https`. */
  readonly protocols?: string;
  /** The client's `Git-Protocol` header. */
  readonly protocol?: string | null;
  /** Whether git cleans up and ends when its input does; signals are then used only if it does not. */
  readonly endsWithInput?: boolean;
}

/** The time between asking git to end in one way and in the next, harder one. */
const graceMs = 2_000;
const maxStderrChars = 8_192;

/**
 * The only place that starts git for streaming. No git process outlives its request: each has a process group of its
 * own, which is signalled as a whole. Nor does it outlive Baton, even after `kill -9`: the kernel sends it SIGTERM
 * (through `setpriv`, where that exists), and its children then find their pipes closed. SIGTERM comes first, because
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

/** Git also reads settings from numbered variables. */
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
  // A git that ends before it has read everything is no error here; its exit code decides.
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

/** Ends the process's input, then sends each signal (null sends none) to the whole group while it still exists. */
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
    // The group has just ended.
  }
}
