import type { BackupReason } from "../../model/backup.ts";
import type { InstalledProduct } from "../../model/product.ts";

/** Where the files of a backup are, below the backup place: "shop/production/db/2026-11-30T03-10-00Z". */
export function backupFolder(
  { product, environment }: Pick<InstalledProduct, "product" | "environment">,
  service: string,
  at: Date,
  reason: BackupReason,
): string {
  const time = at
    .toISOString()
    .replace(/\.\d+/, (part) => (part === ".000" ? "" : part.replace(".", "-")))
    .replaceAll(":", "-");
  // What is saved before a restore never takes the place of what is restored.
  const why = reason.startsWith("before-") ? `-${reason}` : "";
  // Names of services may hold what a file's name may not.
  return [product.slug, environment.name, service.replace(/[^\w.-]/g, "_").replace(/^\.+/, "_"), `${time}${why}`].join(
    "/",
  );
}
