import type { OpenPlace } from "../../ports/backup/backup-tools.ts";
import { createFolderPlace } from "./folder-place.ts";
import type { Place } from "./place.ts";
import { createS3Place } from "./s3-place.ts";

/** `ownFolder` is used by a folder place without a path. */
export function openPlace({ place, secret }: OpenPlace, ownFolder: string): Place {
  return place.type === "folder"
    ? createFolderPlace(place.path ?? ownFolder)
    : createS3Place({ ...place, secretAccessKey: secret ?? "" });
}
