import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const builtServer = fileURLToPath(new URL("../../../../.build/server/", import.meta.url));
/** A little more than the server allows for its own shutdown. */
const shutdownMs = 25_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** One of the server's programs as a separate process. */
export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Everything that the process has printed. */
  output(): string;
  /** Resolves once the process has printed the text; rejects when it ends first. */
  prints(text: string): Promise<void>;
  /** Asks the process to stop, as systemd or Ctrl-C does. */
  stop(signal?: "SIGTERM" | "SIGINT"): Promise<Exit>;
  /** Sends SIGKILL, which the process cannot handle. */
  kill(): Promise<Exit>;
}

/** `folder` holds the compiled server; by default this checkout's. `within` names a network namespace to run it in. */
export function runServer(
  program: "main.js" | "down.js" | "key.js" | "admin.js" | "hold.js" | "backup.js" | "restore.js",
  environment: Environment,
  args: readonly string[] = [],
  { folder = builtServer, within }: { readonly folder?: string | undefined; readonly within?: string } = {},
) {
  const command = [process.execPath, join(folder, program), ...args];
  const [first = "", ...rest] = within === undefined ? command : ["nsenter", `--net=/run/netns/${within}`, ...command];
  const child = spawn(first, rest, {
    env: { ...withoutBaton(process.env), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return watch(child);
}

export type Environment = Readonly<Record<string, string>>;

/** The environment without the settings of another Baton or of the test runner. */
function withoutBaton(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(?:BATON_|VITEST|NODE_ENV$|DATABASE_URL$|GIT_)/.test(name)),
  );
}

function watch(child: ChildProcess): ServerProcess {
  let output = "";
  const news = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      news.emit("output");
    });
  }
  const exited = once(child, "close").then(([code, signal]): Exit => ({ code, signal, output }));
  return {
    pid: child.pid ?? 0,
    exited,
    output: () => output,
    async prints(text) {
      const ended = exited.then(({ code, signal }) => {
        throw new Error(`the server ended (${signal ?? code}) before it printed "${text}":\n${output}`);
      });
      ended.catch(() => {});
      while (!output.includes(text)) {
        await Promise.race([once(news, "output"), ended]);
      }
    },
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const exit = await Promise.race([exited, delay(shutdownMs, null, { ref: false })]);
      if (exit) return exit;
      child.kill("SIGKILL");
      throw new Error(`the server did not stop within ${shutdownMs} ms:\n${output}`);
    },
    kill() {
      child.kill("SIGKILL");
      return exited;
    },
  };
}
