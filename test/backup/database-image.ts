import { execFile } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { acquireSettings } from "../../bin/other-docker/root.mjs";
import { chooseMirror, listSources } from "../../bin/set-up/packages/debian-mirror.mjs";
import type { ImageId } from "../../server/model/names/ids.ts";
import type { Engine } from "../../server/ports/engine/engine.ts";

const cache = resolve(import.meta.dirname, "../../node_modules/.cache/baton");
/** What each suite of Debian has: MySQL and MariaDB cannot be installed beside each other, and neither is in both. */
const suites = {
  bookworm: {
    packages: "postgresql-15,mariadb-server,redis-server",
    postgres: "15",
    users: ["postgres", "mysql", "redis"],
  },
  sid: {
    // Without the package that would start a server to set it up.
    packages:
      "postgresql-18,postgresql-18-pgvector,postgresql-18-timescaledb,mysql-server-core,mysql-client-core,valkey-server",
    postgres: "18",
    users: ["postgres", "mysql", "valkey"],
  },
} as const;
export type Suite = keyof typeof suites;

/** Each server's own folder, which its own user may write to: a new volume there takes over owner and mode. */
const folders = { postgres: "/data/postgres", mysql: "/data/mysql", redis: "/data/redis", valkey: "/data/valkey" };

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
  mariadb: {
    user: "mysql",
    folder: folders.mysql,
    command: [
      "/bin/sh",
      "-c",
      `[ -d ${folders.mysql}/mysql ] || mariadb-install-db --datadir=${folders.mysql} --auth-root-authentication-method=normal >/dev/null; printf '%s\\n' "alter user root@localhost identified by '$MARIADB_ROOT_PASSWORD';" "create database if not exists shop;" > /tmp/init.sql; exec mariadbd --datadir=${folders.mysql} --socket=/run/mysqld/mysqld.sock --pid-file=/tmp/mysql.pid --init-file=/tmp/init.sql --bind-address=0.0.0.0`,
    ],
    environment: { MARIADB_ROOT_PASSWORD: "open sesame" },
  },
  // It counts its transactions for replicas, whose history a dump must leave out.
  mysql: {
    user: "mysql",
    folder: folders.mysql,
    command: [
      "/bin/sh",
      "-c",
      `[ -d ${folders.mysql}/mysql ] || mysqld --initialize-insecure --secure-file-priv=NULL --datadir=${folders.mysql}; printf '%s\\n' "alter user root@localhost identified by '$MYSQL_ROOT_PASSWORD';" "create database if not exists shop;" > /tmp/init.sql; exec mysqld --datadir=${folders.mysql} --socket=/run/mysqld/mysqld.sock --pid-file=/tmp/mysql.pid --init-file=/tmp/init.sql --mysqlx=off --gtid-mode=on --enforce-gtid-consistency=on --secure-file-priv=NULL --performance-schema=off`,
    ],
    environment: { MYSQL_ROOT_PASSWORD: "open sesame" },
  },
  redis: {
    user: "redis",
    folder: folders.redis,
    command: ["redis-server", "--dir", folders.redis, "--requirepass", "secret", "--appendonly", "yes"],
    environment: {},
  },
  valkey: {
    user: "valkey",
    folder: folders.valkey,
    command: ["valkey-server", "--dir", folders.valkey, "--requirepass", "secret"],
    environment: {},
  },
} as const;

/**
 * An image with database servers out of Debian's packages, since no registry may be in reach. The file system of each
 * suite is made once for this machine (two minutes) and kept with the project's packages.
 */
export async function databaseImage(
  engine: Engine,
  tag: string,
  signal: AbortSignal,
  suite: Suite = "bookworm",
): Promise<ImageId> {
  const tar = await databaseFileSystem(suite);
  return engine.importImage(createReadStream(tar), tag, [imagePath(suite)], signal);
}

/** The instruction that makes an image's programs be found. */
export function imagePath(suite: Suite): string {
  return `ENV PATH /usr/lib/postgresql/${suites[suite].postgres}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
}

export async function databaseFileSystem(suite: Suite = "bookworm"): Promise<string> {
  const tar = join(cache, `databases-${suite}.tar`);
  if (existsSync(tar)) return tar;
  await mkdir(cache, { recursive: true });
  const { packages, postgres, users } = suites[suite];
  const makeFolders = users.map(
    (user) =>
      `--customize-hook=chroot "$1" sh -c 'id ${user} || useradd --system ${user}; install -d -o ${user} -g ${user} ${folders[user]}'`,
  );
  const unneeded = ["apt/lists", "mysql", `postgresql/${postgres}`].map((name) => `"$1"/var/lib/${name}`).join(" ");
  const { stdout: settings } = await promisify(execFile)("apt-config", ["dump"]);
  // Several test files need it at once, and one of them makes it.
  const once = 'suite=$1 source=$2; shift 2; [ -e "$0" ] || { "$@" "$suite" "$0.new" "$source"; mv "$0.new" "$0"; }';
  await promisify(execFile)("flock", [
    ...[`${tar}.lock`, "sh", "-ec", once, tar, suite, `deb ${chooseMirror(await listSources())} ${suite} main`],
    ...["mmdebstrap", "--variant=minbase", "--format=tar", `--include=${packages}`],
    ...["--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr", "--dpkgopt=force-unsafe-io"],
    ...acquireSettings(settings).map((setting: string) => `--aptopt=${setting}`),
    ...makeFolders,
    `--customize-hook=rm -rf "$1"/usr/share/doc "$1"/var/cache/apt ${unneeded}`,
  ]);
  return tar;
}
