import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { GitProcesses } from "../process/git-process.ts";

/** Every fetch adds a pack, and git searches all packs for each object. */
const maxPacks = 40;

/** Joins small packs when there are many; no object is lost. Concurrent readers find everything. */
export async function tidyPacks(processes: GitProcesses, repository: string, signal: AbortSignal): Promise<void> {
  const names = await readdir(join(repository, "objects", "pack"));
  if (names.filter((name) => name.endsWith(".pack")).length <= maxPacks) return;
  await using git = processes.spawn({ repository, args: ["repack", "-d", "--geometric=2", "--quiet"] }, signal);
  git.stdout.resume();
  await git.succeeded();
}
