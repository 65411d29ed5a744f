import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { backUpServer, type ServerBackupOrder } from "../../../server/boot/backup/back-up-server.ts";
import { openDataFolder } from "../../../server/boot/process/data-folder.ts";
import { scratchDatabase } from "../../store/scratch-database.ts";

const signal = AbortSignal.timeout(120_000);

test("of two backups at once one is made, and the next has a name of its own and the same passphrase", async ({
  onTestFinished,
}) => {
  const database = await scratchDatabase();
  onTestFinished(() => database.remove());
  const root = await mkdtemp(join(tmpdir(), "baton-own-backup-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const data = await openDataFolder(join(root, "data"));
  await writeFile(data.keyFile, await readFile(database.keyFile));
  const to = join(root, "backups");
  const order: ServerBackupOrder = {
    ...{ data, url: database.url, instance: "mine", settings: {}, passphrase: null, now: () => new Date() },
    to: { place: { type: "folder", path: to }, secret: null },
  };

  const both = await Promise.all([backUpServer(order, signal), backUpServer(order, signal)]);
  const [done] = both.filter((one) => one !== "running");
  expect(both).toContain("running");
  expect(done?.passphrase).toMatchObject({ isNew: true });

  // A killed one of this Baton, and one that another Baton is writing.
  await writeFile(join(to, "baton-mine-20261130-031009-123.tar.gz.part"), "half");
  await writeFile(join(to, "baton-yours-20261130-031009-123.tar.gz.part"), "half");
  const next = await backUpServer(order, signal);
  expect(next).toMatchObject({ passphrase: { text: done?.passphrase.text, isNew: false } });
  const names = await readdir(to);
  expect(names.filter((name) => name.endsWith(".tar.gz"))).toHaveLength(2);
  expect(names.filter((name) => name.endsWith(".part"))).toEqual(["baton-yours-20261130-031009-123.tar.gz.part"]);
});
