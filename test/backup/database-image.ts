import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { access, mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { ImageId } from "../../server/model/names/ids.ts";
import type { Engine } from "../../server/ports/engine/engine.ts";

const cache = resolve(import.meta.dirname, "../../node_modules/.cache/baton");
const suite = "bookworm";
/** Each server's own folder, which its own user may write to: a new volume there takes over owner and mode. */
const folders = { postgres: "/data/postgres", mysql: "/data/mysql", redis: "/data/redis" };

/** Commands that make a new cluster where there is none, and then run the server as the container's program. */
export const servers = {
  postgres: {
    user: "postgres",
    folder: folders.postgres,
    command: [
      "/bin/sh",
      "-c",
      `[ -s ${folders.postgres}/PG_VERSION ] || { initdb -D ${folders.postgres} -U "$POSTGRES_USER" -A trust -E UTF8 --no-locale --no-sync >/dev/null && echo "listen_addresses = '*'" >> ${folders.postgres}/postgresql.conf && echo "host all all all trust" >> ${folders.postgres}/pg_hba.conf && echo "create database \\"$POSTGRES_DB\\"" | postgres --single -D ${folders.postgres} postgres >/dev/null; }; exec postgres -D ${folders.postgres} -k /tmp`,
    ],
    environment: { POSTGRES_USER: "app", POSTGRES_DB: "shop", PGHOST: "/tmp" },
  },
  mysql: {
    user: "mysql",
    folder: folders.mysql,
    command: [
      "/bin/sh",
      "-c",
      `[ -d ${folders.mysql}/mysql ] || mariadb-install-db --datadir=${folders.mysql} --auth-root-authentication-method=normal >/dev/null; printf '%s\\n' "alter user root@localhost identified by '$MARIADB_ROOT_PASSWORD';" "create database if not exists shop;" > /tmp/init.sql; exec mariadbd --datadir=${folders.mysql} --socket=/run/mysqld/mysqld.sock --pid-file=/tmp/mysql.pid --init-file=/tmp/init.sql`,
    ],
    environment: { MARIADB_ROOT_PASSWORD: "open sesame" },
  },
  redis: {
    user: "redis",
    folder: folders.redis,
    command: ["redis-server", "--dir", folders.redis, "--requirepass", "secret", "--appendonly", "yes"],
    environment: {},
  },
} as const;

/**
 * An image with PostgreSQL, MariaDB and Redis out of Debian's packages, since no registry may be in reach. Its file
 * system is made once for this machine (two minutes) and kept with the project's packages.
 */
export async function databaseImage(engine: Engine, tag: string, signal: AbortSignal): Promise<ImageId> {
  const tar = await databaseFileSystem();
  const path = "/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  return engine.importImage(createReadStream(tar), tag, [`ENV PATH ${path}`], signal);
}

export async function databaseFileSystem(): Promise<string> {
  const tar = join(cache, `databases-${suite}.tar`);
  if (
    await access(tar).then(
      () => true,
      () => false,
    )
  )
    return tar;
  await mkdir(cache, { recursive: true });
  const unfinished = `${tar}.${process.pid}`;
  const makeFolders = Object.entries(folders).map(
    ([user, folder]) => `--customize-hook=chroot "$1" install -d -o ${user} -g ${user} ${folder}`,
  );
  const unneeded = ["apt/lists", "mysql", "postgresql/15"].map((name) => `"$1"/var/lib/${name}`).join(" ");
  await promisify(execFile)("mmdebstrap", [
    ...["--variant=minbase", "--format=tar", "--include=postgresql-15,mariadb-server,redis-server"],
    ...["--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr", "--dpkgopt=force-unsafe-io"],
    ...makeFolders,
    `--customize-hook=rm -rf "$1"/usr/share/doc "$1"/var/cache/apt ${unneeded}`,
    ...[suite, unfinished],
  ]).catch(async (error: unknown) => {
    await rm(unfinished, { force: true });
    throw error;
  });
  await rename(unfinished, tar);
  return tar;
}
