import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import { everything } from "../../../server/model/access/principal.ts";
import { scopes } from "../../../server/model/access/scope.ts";
import type { Store } from "../../../server/ports/store/store.ts";
import { firstFreeSubnet } from "../../../server/rules/routing/subnets.ts";
import { migrate } from "../../../server/store/postgres/migrate.ts";
import { createStore } from "../../../server/store/postgres-store.ts";
import { createDatabase, dropDatabase, urlOf } from "../../run/postgres.ts";
import { migrationsFolder } from "../scratch-database.ts";
import { hash, migrateUpTo } from "./older-rows.ts";

let folder: string;
let name: string;
let url: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-upgrade-"));
  name = `upgrade_${randomBytes(6).toString("hex")}`;
  await createDatabase(inject("postgresUrl"), name);
  url = urlOf(inject("postgresUrl"), name);
});
afterEach(async () => {
  await dropDatabase(inject("postgresUrl"), name);
  await rm(folder, { recursive: true });
});

/** Brings the database to where a Baton was whose newest migration was `last`, and fills it. */
async function olderDatabase(last: string, fill: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  await migrateUpTo(last, url, folder);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await fill(sql);
  await sql.end();
}

async function upgraded(check: (store: Store) => Promise<void>): Promise<void> {
  await migrate(url, migrationsFolder);
  const store = await createStore({ url, keyFile: join(folder, "key"), chooseSubnet: firstFreeSubnet });
  await check(store);
  await store.close();
}

const now = new Date();
const tomorrow = new Date(now.getTime() + 24 * 60 * 60 * 1000);

it("tokens and sessions from before there were people work on, as an administrator's", async () => {
  await olderDatabase("0012_settled", async (sql) => {
    await sql`insert into tokens (name, sha256, administrator) values ('administrator', ${hash("token")}, true)`;
    await sql`insert into sessions (name, sha256, expires_at) values ('administrator', ${hash("session")}, ${tomorrow}), ('nobody', ${hash("other")}, ${tomorrow})`;
  });

  await upgraded(async ({ access }) => {
    const rights = { name: "administrator", userId: null, grants: everything, scopes, productIds: null };
    expect(await access.identify("token", now)).toMatchObject({ type: "known", principal: rights });
    expect(await access.session("session", now)).toMatchObject({ ...rights, sessionId: expect.any(Number) });
    expect(await access.session("other", now)).toBeNull();
  });
});

it("the session of a token that is replaced after the upgrade ends", async () => {
  await olderDatabase("0012_settled", async (sql) => {
    await sql`insert into tokens (name, sha256, administrator) values ('administrator', ${hash("token")}, true)`;
    await sql`insert into sessions (name, sha256, expires_at) values ('administrator', ${hash("session")}, ${tomorrow})`;
  });

  await upgraded(async ({ access }) => {
    await access.setAdminToken("administrator", "another");
    expect(await access.session("session", now)).toBeNull();
  });
});
