import { readdir, readFile } from "node:fs/promises";

/** Ids of the processes whose command line has this word in it. */
export async function processesWith(word: string): Promise<readonly number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const commandLine = await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "");
      return commandLine.split("\0").some((argument) => argument.includes(word)) ? [Number(id)] : [];
    }),
  );
  return found.flat().filter((id) => id !== process.pid);
}

/** Ids of the git processes that this process has started and that still run. */
export async function gitChildren(): Promise<readonly number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      // pid (name) state parent …
      const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
      const [, name, parent] = /^\d+ \((.*)\) \S (\d+) /.exec(stat) ?? [];
      return name === "git" && Number(parent) === process.pid ? [Number(id)] : [];
    }),
  );
  return found.flat();
}

/** What a process has written so far, to wherever. */
export async function bytesWritten(id: number): Promise<number> {
  const io = await readFile(`/proc/${id}/io`, "utf8");
  return Number(/^wchar: (\d+)$/m.exec(io)?.[1]);
}
