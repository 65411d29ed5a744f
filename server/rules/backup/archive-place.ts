import type { BackupPlace } from "../../model/backup.ts";

/** A text that is no place; the message is one sentence that says what is accepted. */
export class NoPlace extends Error {
  override readonly name = "NoPlace";
}

/** A place for backups of the server, with the secret of an S3 server. */
export interface ArchivePlace {
  readonly place: BackupPlace;
  readonly secret: string | null;
}

/**
 * Reads where backups of the server go: an absolute path, or `s3://bucket/folder` with the server and the keys in the
 * variables that the tools of S3 read. Throws NoPlace.
 */
export function archivePlace(text: string, environment: Readonly<Record<string, string | undefined>>): ArchivePlace {
  if (text.startsWith("/")) return { place: { type: "folder", path: text.replace(/(?<=.)\/+$/, "") }, secret: null };
  const [, bucket, folder = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/.exec(text) ?? [];
  if (bucket === undefined)
    throw new NoPlace(`Backups go to an absolute path or to s3://bucket/folder (got "${text}")`);
  const accessKeyId = environment.AWS_ACCESS_KEY_ID?.trim();
  const secret = environment.AWS_SECRET_ACCESS_KEY?.trim();
  if (!accessKeyId || !secret)
    throw new NoPlace("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for a backup to s3://");
  const region = environment.AWS_REGION?.trim() || "us-east-1";
  const endpoint =
    environment.AWS_ENDPOINT_URL_S3?.trim() ||
    environment.AWS_ENDPOINT_URL?.trim() ||
    `https://s3.${region}.amazonaws.com`;
  if (!/^https?:\/\/[^\s/]+/.test(endpoint))
    throw new NoPlace(`AWS_ENDPOINT_URL must be the URL of an S3 server (got "${endpoint}")`);
  const prefix = folder.replace(/^\/+|\/+$/g, "");
  return { place: { type: "s3", endpoint, region, bucket, prefix, accessKeyId }, secret };
}

/** The whole address of a backup, for `npm run restore`. */
export function archiveAddress(place: BackupPlace, file: string): string {
  if (place.type === "folder") return `${place.path}/${file}`;
  return ["s3:/", place.bucket, ...(place.prefix === "" ? [] : [place.prefix]), file].join("/");
}

/** Whether both are one folder, whatever the keys to it. */
export function isSamePlace(a: BackupPlace, b: BackupPlace): boolean {
  if (a.type === "folder" || b.type === "folder")
    return a.type === "folder" && b.type === "folder" && a.path === b.path;
  return a.endpoint === b.endpoint && a.bucket === b.bucket && a.prefix === b.prefix;
}

/** Splits the address of one backup into its place and the file in it. */
export function fileOfPlace(address: string): { readonly place: string; readonly file: string } {
  const at = address.lastIndexOf("/");
  return { place: address.slice(0, at) || "/", file: address.slice(at + 1) };
}

/**
 * `baton-1a2b3c4d-20261130-031009-123.tar.gz`, in UTC, so that names sort by time. Several Batons may share a place, and
 * of one Baton no two backups are made in the same millisecond.
 */
export function archiveName(instance: string, at: Date): string {
  const digits = at.toISOString().replace(/\D/g, "");
  return `${archivePrefix(instance)}${digits.slice(0, 8)}-${digits.slice(8, 14)}-${digits.slice(14)}.tar.gz`;
}

/** How the names of all backups of one Baton begin. */
export const archivePrefix = (instance: string) => `baton-${instance}-`;

/** Settings that a restored server needs as well. Secrets and what belongs to this machine alone are not kept. */
export function keptSettings(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const left = /TOKEN|PASSPHRASE|SECRET|^BATON_(?:DATA|CADDY_BIN|TEST_)/;
  return Object.fromEntries(
    Object.entries(environment)
      .flatMap(([name, value]) =>
        name.startsWith("BATON_") && !left.test(name) && value ? [[name, value] as const] : [],
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
