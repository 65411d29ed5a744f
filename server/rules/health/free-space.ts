import type { UsageSums } from "../../ports/engine/disk-usage.ts";
import type { Disk } from "../../ports/host/machine.ts";
import { sizeText } from "../wording/size-text.ts";

/** The disk with too little room for what is about to be written, or null. Pure. */
export function fullDisk(disks: readonly Disk[], leastBytes: number): Disk | null {
  const [fullest] = disks.filter(({ freeBytes }) => freeBytes < leastBytes).sort((a, b) => a.freeBytes - b.freeBytes);
  return fullest ?? null;
}

/** "the disk is nearly full: 412 MB of 20 GB are free at /var/lib/docker, and a build needs at least 1.1 GB". Pure. */
export function fullDiskText({ folder, freeBytes, totalBytes }: Disk, what: string, leastBytes: number): string {
  const free = `${sizeText(freeBytes)} of ${sizeText(totalBytes)} are free at ${folder}`;
  return `the disk is nearly full: ${free}, and ${what} needs at least ${sizeText(leastBytes)}`;
}

/** What would free the most, with its size. Null for unknown usage. Pure. */
export function whatFreesMost(usage: UsageSums | null): string {
  if (!usage) return "The System page says what takes the space. BATON_MIN_FREE sets the limit.";
  const { imagesBytes, buildCacheBytes, volumesBytes } = usage;
  const most = Math.max(imagesBytes, buildCacheBytes, volumesBytes);
  const advice =
    most === buildCacheBytes
      ? `Docker's build cache takes ${sizeText(most)}: remove what is unused of it on the System page.`
      : most === imagesBytes
        ? `Docker's images take ${sizeText(most)}: keep fewer versions (BATON_KEEP_VERSIONS), or delete products that nobody needs.`
        : `Volumes take ${sizeText(most)}: delete data that nobody needs, or enlarge the disk.`;
  return `${advice} The System page says what takes the space. BATON_MIN_FREE sets the limit.`;
}
