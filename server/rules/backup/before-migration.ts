import type { Backup, MigrationBackup } from "../../model/backup.ts";
import { durationText } from "../wording/duration-text.ts";
import type { DataSource } from "./data-sources.ts";

/** A backup that takes longer is not made by default: the deployment waits for it. */
const shortMs = 60_000;
/** Requests wait while files are read, so by default they may wait for this long. */
const shortlyFrozenMs = 10_000;

type LastBackup = Pick<Backup, "startedAt" | "finishedAt" | "frozenMs">;

/**
 * Why the data of a service is not backed up before a deployment's init services run, as the rest of a sentence; null
 * when it is. `last` is its last complete backup. Databases are dumped while they run, so nobody waits for the first one.
 */
export function whyNotBefore(
  { method }: Pick<DataSource, "method">,
  setting: MigrationBackup,
  last: LastBackup | null,
): string | null {
  switch (setting) {
    case "always":
      return null;
    case "never":
      return "this is switched off";
    case "automatic":
      break;
  }
  const tookMs = last?.startedAt && last.finishedAt ? last.finishedAt.getTime() - last.startedAt.getTime() : null;
  if (tookMs !== null && tookMs >= shortMs) return `its last backup took ${durationText(tookMs)}`;
  if (method !== "volume") return null;
  if (!last) return "it would be frozen meanwhile, and no backup has shown for how long";
  return last.frozenMs < shortlyFrozenMs ? null : `its last backup froze it for ${durationText(last.frozenMs)}`;
}
