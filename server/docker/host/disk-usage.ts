import type { DiskUsage } from "../../ports/engine/engine.ts";
import type { Daemon } from "./daemon.ts";
import { Refusal } from "./exchange.ts";
import type { AgreedApi, DaemonRequest } from "./versioned-api.ts";

/** What the API's version 1.52 and newer tell. */
interface UsageAnswer {
  readonly ImageUsage?: { readonly TotalSize?: number } | null;
  readonly ContainerUsage?: { readonly TotalSize?: number } | null;
  readonly VolumeUsage?: { readonly TotalSize?: number } | null;
  readonly BuildCacheUsage?: { readonly Items?: readonly CacheRecord[] | null } | null;
}

/** What older versions tell. Sizes that the daemon does not know are -1, and lists may be null. */
interface OldUsageAnswer {
  readonly LayersSize?: number;
  readonly Containers?: readonly { readonly SizeRw?: number }[] | null;
  readonly Volumes?: readonly { readonly UsageData?: { readonly Size?: number } | null }[] | null;
  readonly BuildCache?: readonly CacheRecord[] | null;
}

interface CacheRecord {
  readonly Size?: number;
  readonly Shared?: boolean;
}

const limitMs = 20_000;

/**
 * With containerd's store the daemon gives up adding when a snapshot is removed meanwhile. On 28.5, 7 of 104 sums failed
 * while containers came and went, with 404 or 500.
 */
const tries = 4;

export async function readDiskUsage(daemon: Daemon, signal: AbortSignal): Promise<DiskUsage> {
  // The sum of the build cache counts shared records, so its items are asked for.
  const request = (api: AgreedApi): DaemonRequest => ({
    ...{ method: "GET", path: "/system/df" },
    query: { verbose: api.has("1.52") ? true : null },
  });
  return usageOf(await addedUp(() => daemon.ask(request, signal, limitMs)));
}

async function addedUp(ask: () => Promise<UsageAnswer & OldUsageAnswer>): Promise<UsageAnswer & OldUsageAnswer> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      const isGone = error instanceof Refusal && /snapshot .* does not exist/.test(error.message);
      if (!isGone || left === 0) throw error;
    }
  }
}

function usageOf(answer: UsageAnswer & OldUsageAnswer): DiskUsage {
  return {
    imagesBytes: known(answer.ImageUsage?.TotalSize ?? answer.LayersSize),
    containersBytes: known(answer.ContainerUsage?.TotalSize ?? sum(answer.Containers, ({ SizeRw }) => SizeRw)),
    volumesBytes: known(answer.VolumeUsage?.TotalSize ?? sum(answer.Volumes, ({ UsageData }) => UsageData?.Size)),
    // Shared records are counted among the images.
    buildCacheBytes: sum(answer.BuildCacheUsage?.Items ?? answer.BuildCache, ({ Size, Shared }) => (Shared ? 0 : Size)),
  };
}

function sum<T>(things: readonly T[] | null | undefined, sizeOf: (thing: T) => number | undefined): number {
  return (things ?? []).reduce((total, thing) => total + known(sizeOf(thing)), 0);
}

function known(bytes: number | undefined): number {
  return Math.max(0, bytes ?? 0);
}
