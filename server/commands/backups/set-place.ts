import { isAbsolute } from "node:path";
import type { BackupPlace } from "../../model/backup.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

const limitMs = 30_000;

/**
 * Where backups are kept from now on. Earlier ones stay where they are, and are found again when the place is set back.
 * A place that cannot be written to is refused. A secret of null keeps the one that is stored.
 */
export async function setBackupPlace(
  { store, clock, backupTools }: Uses<"store" | "clock" | "backupTools">,
  place: BackupPlace,
  secret: string | null,
): Promise<{ readonly type: "set" } | Refused> {
  if (place.type === "folder" && place.path !== null && !isUsable(place.path)) {
    return refused(
      "invalid",
      `"${place.path}" is not a folder for backups; accepted is an absolute path outside /proc, /sys and /dev`,
    );
  }
  const stored = await store.backups.openPlace();
  const withSecret = place.type === "folder" ? null : (secret ?? stored.secret);
  if (place.type === "s3" && withSecret === null) return refused("invalid", "an S3 server wants a secret access key");
  try {
    await backupTools.check({ place, secret: withSecret }, clock.timeout(limitMs));
  } catch (error) {
    return refused("invalid", `backups cannot be kept there: ${error instanceof Error ? error.message : error}`);
  }
  await store.backups.setPlace(place, secret);
  return { type: "set" };
}

function isUsable(path: string): boolean {
  return isAbsolute(path) && !/^\/(?:proc|sys|dev)(?:\/|$)/.test(path) && !path.split("/").includes("..");
}
