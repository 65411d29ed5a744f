import type { DiskUsage } from "../../ports/engine/engine.ts";
import type { Daemon } from "./daemon.ts";

/** The fields that Baton reads. Sizes that the daemon does not know are -1, and lists may be null. */
interface UsageAnswer {
  readonly LayersSize?: number;
  readonly Containers?: readonly { readonly SizeRw?: number }[] | null;
  readonly Volumes?: readonly { readonly UsageData?: { readonly Size?: number } | null }[] | null;
  readonly BuildCache?: readonly { readonly Size?: number; readonly Shared?: boolean }[] | null;
}

const limitMs = 20_000;

export async function readDiskUsage(daemon: Daemon, signal: AbortSignal): Promise<DiskUsage> {
  const answer = await daemon.ask<UsageAnswer>({ method: "GET", path: "/system/df" }, signal, limitMs);
  return {
    imagesBytes: answer.LayersSize ?? 0,
    containersBytes: sum(answer.Containers, ({ SizeRw }) => SizeRw),
    volumesBytes: sum(answer.Volumes, ({ UsageData }) => UsageData?.Size),
    // Shared records are counted among the images.
    buildCacheBytes: sum(answer.BuildCache, ({ Size, Shared }) => (Shared ? 0 : Size)),
  };
}

function sum<T>(things: readonly T[] | null | undefined, sizeOf: (thing: T) => number | undefined): number {
  return (things ?? []).reduce((total, thing) => total + Math.max(0, sizeOf(thing) ?? 0), 0);
}
