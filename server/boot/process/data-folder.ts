import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Everything that this Baton keeps on disk. A backup needs this folder, and the database if it is elsewhere. */
export interface DataFolder {
  readonly root: string;
  readonly postgres: string;
  /** The key that decrypts the variables in the database. */
  readonly keyFile: string;
  /** The file that names the process serving this folder. */
  readonly serverFile: string;
  readonly repositories: string;
  readonly caddy: string;
  /** One `live` symlink for each installation, which says which deployment answers. */
  readonly routes: string;
  /** Repository files that are mounted into containers; see ports/mount-files.ts. */
  readonly mounts: string;
  readonly cache: string;
  /** Where backups go by default: of products' data, and of Baton itself. */
  readonly backups: string;
  readonly adminSocket: string;
}

/** The kernel limits the path of a Unix socket to 108 bytes, including the terminating zero. */
const longestSocketPath = 107;

export const postgresFolder = (root: string) => join(root, "postgres");

export async function openDataFolder(root: string): Promise<DataFolder> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const folder: DataFolder = {
    root,
    postgres: postgresFolder(root),
    keyFile: join(root, "key"),
    serverFile: join(root, "server.pid"),
    repositories: join(root, "repositories"),
    caddy: join(root, "caddy"),
    routes: join(root, "routes"),
    mounts: join(root, "mounts"),
    cache: join(root, "cache"),
    backups: join(root, "backups"),
    adminSocket: socketPath(root),
  };
  for (const part of [folder.repositories, folder.caddy, folder.routes, folder.mounts, folder.cache]) {
    await mkdir(part, { recursive: true, mode: 0o700 });
  }
  return folder;
}

/** Places the socket below the data folder, or in a private folder named after it if that path is too long. */
function socketPath(root: string): string {
  const path = join(root, "caddy", "admin.sock");
  if (Buffer.byteLength(path) <= longestSocketPath) return path;
  const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
  return join(tmpdir(), `baton-${name}`, "admin.sock");
}
