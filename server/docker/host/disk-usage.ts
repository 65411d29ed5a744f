import type { DiskUsage } from "../../ports/engine/engine.ts";
import type { Daemon } from "./daemon.ts";
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

export async function readDiskUsage(daemon: Daemon, signal: AbortSignal): Promise<DiskUsage> {
  // The sum of the build cache counts shared records, so its items are asked for.
  const request = (api: AgreedApi): DaemonRequest => ({
    ...{ method: "GET", path: "/system/df" },
    query: { verbose: api.has("1.52") ? true : null },
  });
  const answer = await daemon.ask<UsageAnswer & OldUsageAnswer>(request, signal, limitMs);
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
