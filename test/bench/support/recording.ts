import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** An action of the server, with its times since 1970. */
export interface Recorded {
  readonly type: "process" | "docker" | "probe" | "query";
  /** "git cat-file --batch", "POST /containers/create", or the beginning of the statement. */
  readonly name: string;
  readonly status?: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Recording {
  /** The environment for the server to record. */
  readonly environment: Readonly<Record<string, string>>;
  /** The actions that began between these times, in order. */
  between(fromMs: number, toMs: number): Promise<readonly Recorded[]>;
}

const recorder = fileURLToPath(new URL("recorder.mjs", import.meta.url));

export function createRecording(folder: string): Recording {
  const file = join(folder, "recorded.jsonl");
  return {
    environment: { NODE_OPTIONS: `--import=${pathToFileURL(recorder).href}`, BATON_BENCH_RECORD: file },
    async between(fromMs, toMs) {
      const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
      return lines
        .map((line): Recorded => JSON.parse(line))
        .filter((entry) => entry.fromMs >= fromMs && entry.fromMs <= toMs)
        .sort((left, right) => left.fromMs - right.fromMs);
    },
  };
}

const ticksPerSecond = 100;

/** The processor time of a process and of its children that have ended, in milliseconds. */
export async function processorMs(pid: number): Promise<{ readonly own: number; readonly children: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name may hold spaces; the fields after it are numbers: proc(5).
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
  const ms = (ticks: number) => (ticks * 1_000) / ticksPerSecond;
  return { own: ms(utime + stime), children: ms(cutime + cstime) };
}

/** The resident memory of a process. */
export async function memoryMbOf(pid: number): Promise<number> {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1_000;
}
