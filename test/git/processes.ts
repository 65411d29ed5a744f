import { readdir, readFile } from "node:fs/promises";

/** The ids of the processes whose command line contains this word. */
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

/** The ids of the running git processes that this process has started. */
export async function gitChildren(): Promise<readonly number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      // The fields are: pid (name) state parent …
      const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
      const [, name, parent] = /^\d+ \((.*)\) \S (\d+) /.exec(stat) ?? [];
      return name === "git" && Number(parent) === process.pid ? [Number(id)] : [];
    }),
  );
  return found.flat();
}

/** The number of bytes that a process has written so far, to any file. */
export async function bytesWritten(id: number): Promise<number> {
  const io = await readFile(`/proc/${id}/io`, "utf8");
  return Number(/^wchar: (\d+)$/m.exec(io)?.[1]);
}
