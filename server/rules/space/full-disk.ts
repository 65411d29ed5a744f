import type { Failure } from "../../model/deployment/deployment.ts";
import { counted } from "../wording/duration-text.ts";
import { listed } from "../wording/removal-summary.ts";
import { sizeText } from "../wording/size-text.ts";

/** What was removed to make room on a full disk. */
export interface Freed {
  /** How many images that no version needs. */
  readonly images: number;
  readonly cacheBytes: number;
}

/**
 * Removes what is safe to remove, as the System page offers it, and resolves with what that was. Everybody who asks
 * meanwhile gets the same answer. Rejects when the signal is aborted; the removal goes on.
 */
export type MakeRoom = (signal: AbortSignal) => Promise<Freed>;

/**
 * A line that says that a disk is full. Linux says the same when there are too many file watchers, or too little shared
 * memory.
 */
export const noSpaceLeft =
  /^(?!.*(?:inotify|watch|shared memory|\/dev\/shm)).*(?:no space left on device|disk quota exceeded)/im;

/** As other failures say it in Baton's own words. A backup's place may be on another disk. */
const ownWords =
  /^The disk of the Docker host is full|^The disk is full: Baton could not|the server's disk is full$|^Docker refused: .*no space left on device/i;

/** Whether a deployment failed because a disk is full. Only a build's output counts: apps have limits of their own. */
export function failedOfFullDisk({ stage, message, lastLines }: Pick<Failure, "stage" | "message" | "lastLines">) {
  if (ownWords.test(message)) return true;
  const isMaking = stage === "fetch" || stage === "plan" || stage === "build";
  return isMaking && [message, ...(stage === "build" ? lastLines : [])].some((line) => noSpaceLeft.test(line));
}

/** "1.2 GB of build cache and 3 images that no version needs"; null when it was nothing. */
export function freedText({ images, cacheBytes }: Freed): string | null {
  const parts = [
    ...(cacheBytes > 0 ? [`${sizeText(cacheBytes)} of build cache`] : []),
    ...(images > 0 ? [`${counted(images, "image")} that no version needs`] : []),
  ];
  return parts.length === 0 ? null : listed(parts);
}

/** What to do after a full disk. Null while the removal is going on. */
export function fullDiskHint(freed: Freed | null): string {
  const see = "The System page says what takes the space.";
  if (freed === null) {
    return `The server's disk is full. Baton is removing what is safe to remove: deploy again in a few minutes. ${see}`;
  }
  const text = freedText(freed);
  return text === null
    ? `The server's disk is full, and Baton found nothing that is safe to remove. Free some space, then deploy again. ${see}`
    : `The server's disk was full. Baton has removed ${text}: deploy again. ${see}`;
}
