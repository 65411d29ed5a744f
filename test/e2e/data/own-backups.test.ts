import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startBaton } from "../support/baton/harness.ts";
import { runServer } from "../support/baton/server-process.ts";

interface Own {
  readonly status: string;
  readonly reason: string;
  readonly address: string;
}

test("a server backs itself up as soon as it has a schedule, when asked, and beside the command", async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), "baton-own-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const settings = { BATON_BACKUP_CRON: "0 3 1 1 *", BATON_BACKUP_TO: folder };
  const baton = await startBaton(settings, []);
  onTestFinished(() => baton.down());
  const own = async () => ((await baton.api.get("/api/baton-backups")) as { items: readonly Own[] }).items;
  const shown = async () => (await own()).map(({ status, reason }) => `${reason} ${status}`);

  await expect.poll(shown, { timeout: 60_000 }).toEqual(["schedule done"]);
  const passphrase = await readFile(join(baton.environment.BATON_DATA ?? "", "backup-passphrase"), "utf8");

  await baton.api.send("POST", "/api/baton-backups", {});
  await expect.poll(shown, { timeout: 60_000 }).toEqual(["manual done", "schedule done"]);
  const command = await runServer("backup.js", { ...baton.environment, ...settings }, []).exited;
  expect(command.output).toContain("Its key is sealed with the passphrase in");
  expect(await shown()).toEqual(["command done", "manual done", "schedule done"]);
  expect((await own()).map(({ address }) => address.replace(`${folder}/`, "")).sort()).toEqual(await readdir(folder));
  expect(await readFile(join(baton.environment.BATON_DATA ?? "", "backup-passphrase"), "utf8")).toBe(passphrase);

  // Neither a restart nor a crash repeats it.
  await baton.kill();
  await baton.restart();
  await baton.api.send("POST", "/api/baton-backups", {});
  await expect.poll(shown, { timeout: 60_000 }).toHaveLength(4);
  expect((await shown()).filter((one) => one.startsWith("schedule"))).toHaveLength(1);
});
