import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import type { DeploymentId, InstallationId, ProductId } from "../../../server/model/names/ids.ts";
import { firstFreeSubnet } from "../../../server/rules/routing/subnets.ts";
import { migrate } from "../../../server/store/postgres/migrate.ts";
import { createStore } from "../../../server/store/postgres-store.ts";
import { createDatabase, dropDatabase, urlOf } from "../../run/postgres.ts";
import { migrationsFolder } from "../scratch-database.ts";
import { fillOlderDatabase, migrateUpTo, migrationNames, written } from "./older-rows.ts";

let folder: string;
let name: string;
let url: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-schemas-"));
  name = `schema_${randomBytes(6).toString("hex")}`;
  await createDatabase(inject("postgresUrl"), name);
  url = urlOf(inject("postgresUrl"), name);
});
afterEach(async () => {
  await dropDatabase(inject("postgresUrl"), name);
  await rm(folder, { recursive: true });
});

const [shop, installation, live] = [1 as ProductId, 1 as InstallationId, 2 as DeploymentId];
it.each(migrationNames.slice(1))("whatever a Baton of %s has written can be read after the upgrade", async (last) => {
  const key = randomBytes(32);
  await writeFile(join(folder, "key"), `${key.toString("hex")}\n`, { mode: 0o600 });
  await migrateUpTo(last, url, folder);
  await fillOlderDatabase(url, key);

  await migrate(url, migrationsFolder);
  const store = await createStore({ url, keyFile: join(folder, "key"), chooseSubnet: firstFreeSubnet });
  try {
    expect((await store.products.list()).map(({ slug }) => slug).sort()).toEqual(["never-deployed", "shop"]);
    expect(await store.installations.variables(installation)).toEqual(written.variables);
    const [shown] = (await store.installations.list()).filter(({ id }) => id === installation);
    expect(shown).toMatchObject({ liveDeploymentId: live, branch: "main" });
    const deployment = await store.deployments.get(live);
    expect(deployment).toMatchObject({ status: "ready", number: 2, by: "administrator" });
    expect(deployment).toHaveProperty("spec.variables", expect.objectContaining(written.variables));
    expect(deployment).toHaveProperty("spec.stacks.0.services.0", expect.objectContaining({ name: "web", port: 3000 }));
    expect(await store.deployments.queue()).toEqual({ queued: [], running: [] });
    expect(await store.events.unsettled()).toEqual([]);
    expect(await store.leases.holders()).toEqual([live]);
    expect((await store.access.identify(written.token, new Date())).type).toBe("known");
    expect(await store.access.session(written.session, new Date())).toMatchObject({ name: "administrator" });
    const had = migrationNames.indexOf(last) >= migrationNames.indexOf("0003_forges");
    expect(await store.sources.webhookSecret(shop)).toBe(had ? written.webhookSecret : null);
    expect(await store.deliveries.list(shop, { limit: 5 })).toHaveLength(had ? 1 : 0);
  } finally {
    await store.close();
  }
});

it("a database with the first tables alone, which no Baton ever had, gets what the second migration adds", async () => {
  await migrateUpTo("0000_tables", url, folder);
  await migrate(url, migrationsFolder);
  const store = await createStore({ url, keyFile: join(folder, "key"), chooseSubnet: firstFreeSubnet });
  expect(store.instance).toMatch(/^[a-z0-9]{8}$/);
  await store.close();
});
