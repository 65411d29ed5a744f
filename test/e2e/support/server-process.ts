import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const builtServer = fileURLToPath(new URL("../../../.build/server/", import.meta.url));
/** What the server itself allows its shutdown, and a little more. */
const shutdownMs = 25_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A program of the server's as a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** All that it has printed. */
  output(): string;
  /** Resolves when it has printed this; rejects when it ends first. */
  prints(text: string): Promise<void>;
  /** Asks it to stop: as systemd does, or as Ctrl-C does. */
  stop(signal?: "SIGTERM" | "SIGINT"): Promise<Exit>;
  /** SIGKILL: it cannot do anything about it. */
  kill(): Promise<Exit>;
}

export function runServer(program: "main.js" | "down.js", environment: Environment, args: readonly string[] = []) {
  const child = spawn(process.execPath, [join(builtServer, program), ...args], {
    env: { ...withoutBaton(process.env), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return watch(child);
}

export type Environment = Readonly<Record<string, string>>;

/** What this machine needs to be worked on, but nothing that another Baton or the test runner was told. */
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
