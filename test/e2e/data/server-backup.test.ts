import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createServiceApp } from "../support/apps/apps.ts";
import { embeddedPostgres, startBaton } from "../support/baton/harness.ts";
import { runServer } from "../support/baton/server-process.ts";

test("a server that is gone comes back from its backup: versions, variables, history, and the next push", async ({
  onTestFinished,
}) => {
  const baton = await startBaton({ ...embeddedPostgres });
  onTestFinished(() => baton.down());
  const folder = await mkdtemp(join(tmpdir(), "baton-backups-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const dataFolder = baton.environment.BATON_DATA ?? "";
  const run = (program: "backup.js" | "restore.js" | "down.js", ...args: string[]) =>
    runServer(program, baton.environment, args).exited;

  const shop = await createServiceApp("shop");
  await shop.release("v1");
  expect((await shop.repository.push(baton.remote("shop")).done).code).toBe(0);
  const { id } = await baton.api.installation("shop");
  await baton.api.send("PUT", `/api/product-deployments/${id}/variables`, { set: { GREETING: "hello from before" } });
  await shop.release("v2");
  expect((await shop.repository.push(baton.remote("shop")).done).code).toBe(0);
  const blog = await createServiceApp("blog");
  await blog.release("v7");
  expect((await blog.repository.push(baton.remote("blog")).done).code).toBe(0);
  const before = await baton.api.deployments("shop");

  // While it serves.
  const backup = await run("backup.js", "--to", folder);
  expect(backup.output).toMatch(/^\/.*\/baton-\w+-\d{8}-\d{6}-\d{3}\.tar\.gz {2}[\d.]+ [kKM]B, in /);
  expect(backup.output).toContain("Keep it somewhere other than this server");
  expect(backup.code).toBe(0);
  const passphrase = (await readFile(join(dataFolder, "backup-passphrase"), "utf8")).trim();
  const [archive = ""] = await readdir(folder);
  const used = await run("restore.js", join(folder, archive));
  expect(used.output).toContain(`Nothing was restored: ${dataFolder} is not empty. Restore into a new folder`);
  expect(used.code).toBe(1);

  // Everything goes: containers, images, networks, repositories, database.
  expect((await run("down.js", "--yes")).code).toBe(0);
  expect(await readdir(join(dataFolder, "..")).catch(() => [])).not.toContain("data");

  const unknown = await run("restore.js", join(folder, archive));
  expect(unknown.output).toContain("its key is sealed. Set BATON_BACKUP_PASSPHRASE");
  expect(await readdir(join(dataFolder, "..")).catch(() => [])).not.toContain("data");
  const wrong = runServer("restore.js", { ...baton.environment, BATON_BACKUP_PASSPHRASE: "wrong" }, [
    join(folder, archive),
  ]);
  expect((await wrong.exited).output).toContain("the passphrase is not the one of this backup");
  const restoring = runServer("restore.js", { ...baton.environment, BATON_BACKUP_PASSPHRASE: passphrase }, [
    join(folder, archive),
  ]);
  const restored = await restoring.exited;
  expect(restored.output).toMatch(/^Restored into .* in .*: 2 repositories, and the database as of /);
  expect(restored.code).toBe(0);

  await baton.restart();
  for (const [product, version] of [
    ["shop", "v2"],
    ["blog", "v7"],
  ] as const)
    await expect.poll(async () => (await baton.ask(product)).body, { timeout: 60_000 }).toContain(version);
  const rebuilt = await baton.api.newest("shop");
  expect(await baton.api.settled(rebuilt.id)).toMatchObject({
    status: "ready",
    live: true,
    trigger: "redeploy",
    by: "Baton",
  });
  expect((await baton.api.deployments("shop")).slice(1).map(({ id, status }) => ({ id, status }))).toEqual(
    before.map(({ id, status }) => ({ id, status })),
  );
  expect((await baton.api.installation("shop")).variables).toEqual(["GREETING"]);

  // The branch is where it was, so that the team's clones push on.
  await shop.release("v3");
  expect((await shop.repository.push(baton.remote("shop")).done).code).toBe(0);
  expect((await baton.ask("shop")).body).toContain("v3");
});
