import { z } from "@hono/zod-openapi";
import { drillStatuses } from "../../../model/backup.ts";
import { type OwnBackup, ownBackupReasons } from "../../../model/own-backup.ts";
import { archiveAddress } from "../../../rules/backup/archive-place.ts";
import { id, time } from "./ids.ts";

export const ownBackupSchema = z
  .object({
    id,
    reason: z.enum(ownBackupReasons).openapi({ description: "`command` is `npm run backup`" }),
    status: z.enum(drillStatuses),
    requestedBy: z.string().nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    bytes: z.int(),
    address: z.string().nullable().openapi({ description: "For `npm run restore`" }),
    failure: z.string().nullable(),
    removedAt: time.nullable(),
  })
  .openapi("BatonBackup");

export function ownBackupJson({ place, file, ...backup }: OwnBackup): z.infer<typeof ownBackupSchema> {
  return {
    ...backup,
    createdAt: backup.createdAt.toISOString(),
    startedAt: backup.startedAt?.toISOString() ?? null,
    finishedAt: backup.finishedAt?.toISOString() ?? null,
    address: place === null || file === null ? null : archiveAddress(place, file),
    removedAt: backup.removedAt?.toISOString() ?? null,
  };
}
