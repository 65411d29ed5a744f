import { fullDisk, fullDiskText, whatFreesMost } from "../../rules/health/free-space.ts";
import { type Freed, freedText } from "../../rules/space/full-disk.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import type { DeploymentContext } from "./context.ts";

/** Docker adds up for seconds, and for minutes on a full disk. */
const usageLimitMs = 10_000;

const words = { fetch: "fetching", build: "a build" } as const;

/** Removing a large build cache takes minutes, and the build's time limit runs. */
const roomLimitMs = 120_000;

/** Removes what is safe to remove, and says so in the log. Null when that takes longer, or fails for now. */
export async function makeRoom(context: DeploymentContext, signal: AbortSignal): Promise<Freed | null> {
  const freed = await context.makeRoom(signal).catch(() => null);
  const text = freed && freedText(freed);
  if (text) context.journal.warn(`To make room on the disk, Baton has removed ${text}`);
  return freed;
}

/**
 * Refuses to begin what a nearly full disk would end halfway: databases and apps need the rest of it. What is safe to
 * remove is removed first. Rejects with DeploymentFailed, which names the disk and what would free the most.
 */
export async function requireSpace(context: DeploymentContext, stage: "fetch" | "build"): Promise<void> {
  const { engine, machine, limits, clock, signal } = context;
  const { minFreeBytes } = limits;
  if (minFreeBytes === null) return;
  const dataFolder = stage === "build" ? (await engine.machine(signal)).dataFolder : undefined;
  const look = async () => {
    const disks = await Promise.all([machine.disk().catch(() => null), dataFolder ? machine.diskOf(dataFolder) : null]);
    return fullDisk(
      disks.flatMap((disk) => disk ?? []),
      minFreeBytes,
    );
  };
  if (!(await look())) return;
  await makeRoom(context, AbortSignal.any([signal, clock.timeout(roomLimitMs)]));
  signal.throwIfAborted();
  const full = await look();
  if (!full) return;
  const usage = await engine.diskUsage(AbortSignal.any([signal, clock.timeout(usageLimitMs)])).catch(() => null);
  throw new DeploymentFailed({
    stage,
    message: fullDiskText(full, words[stage], minFreeBytes),
    hint: whatFreesMost(usage),
  });
}
