import { fullDisk, fullDiskText, whatFreesMost } from "../../rules/health/free-space.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import type { DeploymentContext } from "./context.ts";

/** Docker adds up for seconds, and for minutes on a full disk. */
const usageLimitMs = 10_000;

const words = { fetch: "fetching", build: "a build" } as const;

/**
 * Refuses to begin what a nearly full disk would end halfway: databases and apps need the rest of it. Rejects with
 * DeploymentFailed, which names the disk and what would free the most.
 */
export async function requireSpace(context: DeploymentContext, stage: "fetch" | "build"): Promise<void> {
  const { engine, machine, limits, clock, signal } = context;
  const { minFreeBytes } = limits;
  if (minFreeBytes === null) return;
  const dataFolder = stage === "build" ? (await engine.machine(signal)).dataFolder : undefined;
  const disks = await Promise.all([machine.disk().catch(() => null), dataFolder ? machine.diskOf(dataFolder) : null]);
  const full = fullDisk(
    disks.flatMap((disk) => disk ?? []),
    minFreeBytes,
  );
  if (!full) return;
  const usage = await engine.diskUsage(AbortSignal.any([signal, clock.timeout(usageLimitMs)])).catch(() => null);
  throw new DeploymentFailed({
    stage,
    message: fullDiskText(full, words[stage], minFreeBytes),
    hint: whatFreesMost(usage),
  });
}
