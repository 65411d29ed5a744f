import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeServerArchive } from "../../../server/backup/archive/server-archive.ts";
import { assertEmpty, restoreServer } from "../../../server/boot/backup/restore-server.ts";
import { postgresFolder } from "../../../server/boot/process/data-folder.ts";
import { restoringFile } from "../../../server/boot/process/restoring-file.ts";
import { beganOf, signAsServer } from "../../../server/boot/process/server-process.ts";
import { startEmbeddedPostgres } from "../../../server/store/embedded/embedded-postgres.ts";

let dataFolder: string;
beforeEach(async () => {
  dataFolder = join(await mkdtemp(join(tmpdir(), "baton-restore-")), "data");
});
afterEach(() => rm(join(dataFolder, ".."), { recursive: true, force: true }));

const refused = /is being restored by process \d+\.$/;

test("a folder that another process restores into is left alone, also when that one began during the question", async () => {
  const archive = await emptyArchive();
  const begun = restoreServer(
    { dataFolder, databaseUrl: null, open: async () => Readable.from([archive]) },
    async () => {
      await mkdir(dataFolder);
      await signAsServer(restoringFile(dataFolder));
      await writeFile(join(dataFolder, "key"), "of the other");
      return {};
    },
    AbortSignal.timeout(60_000),
  );
  await expect(begun).rejects.toThrow(refused);
  await expect(assertEmpty(dataFolder, null)).rejects.toThrow(refused);
  expect((await readdir(dataFolder)).sort()).toEqual(["key", "restoring"]);
});

test("the Postgres of a restore that was killed is stopped before its files go", async () => {
  const left = await startEmbeddedPostgres({ folder: postgresFolder(dataFolder) });
  await left.leave();
  const pid = Number((await readFile(join(dataFolder, "postgres/cluster/data/postmaster.pid"), "utf8")).split("\n")[0]);
  await writeFile(restoringFile(dataFolder), "");
  const archive = await emptyArchive();
  const again = restoreServer(
    { dataFolder, databaseUrl: null, open: async () => Readable.from([archive]) },
    async () => ({}),
    AbortSignal.timeout(60_000),
  );
  // Of no migration that this Baton knows, so that it ends after its files were made anew.
  await expect(again).rejects.toThrow("The backup was made by a newer Baton");
  expect(await beganOf(pid)).toBeNull();
  expect(await readdir(dataFolder)).toEqual([]);
});

async function emptyArchive(): Promise<Buffer> {
  const parts = {
    about: { version: "0.0.0", at: new Date(0).toISOString(), settings: {} },
    sealed: {},
    copyDatabase: (target: { begin(layout: never): Promise<void> }) =>
      target.begin({ migration: "unknown", tables: [], sequences: [] } as never),
    repositories: { list: async () => [], bundle: () => Readable.from([]) },
  };
  const archive = writeServerArchive(parts, "passphrase", AbortSignal.timeout(60_000));
  return Buffer.concat(await Readable.from(archive, { objectMode: false }).toArray());
}
