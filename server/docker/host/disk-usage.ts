import type { ImageId, InstanceId } from "../../model/names/ids.ts";
import { Refusal } from "../../ports/engine/daemon-api.ts";
import type { DiskUsage } from "../../ports/engine/disk-usage.ts";
import type { Daemon } from "./daemon.ts";
import { isOf, type Labels, lastingOwnerOf } from "./labels.ts";
import type { AgreedApi, DaemonRequest } from "./versioned-api.ts";

/** What the API's version 1.52 and newer tell. */
interface UsageAnswer {
  readonly ImageUsage?: { readonly TotalSize?: number; readonly Items?: readonly ImageRecord[] | null } | null;
  readonly ContainerUsage?: { readonly TotalSize?: number } | null;
  readonly VolumeUsage?: { readonly TotalSize?: number; readonly Items?: readonly VolumeRecord[] | null } | null;
  readonly BuildCacheUsage?: { readonly Items?: readonly CacheRecord[] | null } | null;
}

/** What older versions tell. Sizes that the daemon does not know are -1, and lists may be null. */
interface OldUsageAnswer {
  readonly LayersSize?: number;
  readonly Images?: readonly ImageRecord[] | null;
  readonly Containers?: readonly { readonly SizeRw?: number }[] | null;
  readonly Volumes?: readonly VolumeRecord[] | null;
  readonly BuildCache?: readonly CacheRecord[] | null;
}

interface CacheRecord {
  readonly Size?: number;
  readonly Shared?: boolean;
  readonly InUse?: boolean;
}

interface ImageRecord {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Labels?: Labels | null;
  readonly Size?: number;
  readonly SharedSize?: number;
  /** Seconds since 1970. */
  readonly Created?: number;
  /** How many containers were made from it. */
  readonly Containers?: number;
}

interface VolumeRecord {
  readonly Name?: string;
  readonly Labels?: Labels | null;
  readonly UsageData?: { readonly Size?: number } | null;
}

const limitMs = 20_000;

/**
 * With containerd's store the daemon gives up adding when a snapshot is removed meanwhile. On 28.5, 7 of 104 sums failed
 * while containers came and went, with 404 or 500.
 */
const tries = 4;

export async function readDiskUsage(
  { daemon, instance }: { readonly daemon: Daemon; readonly instance: InstanceId },
  signal: AbortSignal,
): Promise<DiskUsage> {
  // The sum of the build cache counts shared records, so its items are asked for.
  const request = (api: AgreedApi): DaemonRequest => ({
    ...{ method: "GET", path: "/system/df" },
    query: { verbose: api.has("1.52") ? true : null },
  });
  return usageOf(instance, await addedUp(() => daemon.ask(request, signal, limitMs)));
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

function usageOf(instance: InstanceId, answer: UsageAnswer & OldUsageAnswer): DiskUsage {
  const cache = answer.BuildCacheUsage?.Items ?? answer.BuildCache;
  return {
    imagesBytes: known(answer.ImageUsage?.TotalSize ?? answer.LayersSize),
    containersBytes: known(answer.ContainerUsage?.TotalSize ?? sum(answer.Containers, ({ SizeRw }) => SizeRw)),
    volumesBytes: known(answer.VolumeUsage?.TotalSize ?? sum(answer.Volumes, ({ UsageData }) => UsageData?.Size)),
    // Shared records are counted among the images.
    buildCacheBytes: sum(cache, ({ Size, Shared }) => (Shared ? 0 : Size)),
    unusedCacheBytes: sum(cache, ({ Size, Shared, InUse }) => (Shared || InUse ? 0 : Size)),
    images: imagesOf(instance, answer.ImageUsage?.Items ?? answer.Images ?? []),
    volumes: (answer.VolumeUsage?.Items ?? answer.Volumes ?? [])
      .filter(({ Labels }) => isOf(instance, Labels))
      .map(({ Name = "", Labels, UsageData }) => ({
        ...{ name: Name, owner: lastingOwnerOf(Labels), bytes: known(UsageData?.Size) },
      })),
  };
}

function imagesOf(instance: InstanceId, records: readonly ImageRecord[]): DiskUsage["images"] {
  return records.flatMap(({ Id, RepoTags, Labels, Size, SharedSize, Created = 0, Containers = 0 }) => {
    const names = (RepoTags ?? []).filter((name) => name !== "<none>:<none>");
    const tags = names.filter((name) => name.startsWith(`baton-${instance}/`));
    if (tags.length === 0 && !(names.length === 0 && isOf(instance, Labels))) return [];
    const ownBytes = Math.max(0, known(Size) - known(SharedSize));
    const hasOtherTags = names.length > tags.length;
    const createdAt = new Date(Created * 1_000);
    return [{ id: Id as ImageId, tags, hasOtherTags, ownBytes, createdAt, isInUse: Containers > 0 }];
  });
}

function sum<T>(things: readonly T[] | null | undefined, sizeOf: (thing: T) => number | undefined): number {
  return (things ?? []).reduce((total, thing) => total + known(sizeOf(thing)), 0);
}

function known(bytes: number | undefined): number {
  return Math.max(0, bytes ?? 0);
}
