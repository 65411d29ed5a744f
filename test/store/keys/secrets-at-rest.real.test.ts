import { rename, rm, stat, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { specOf } from "../../../server/model/deployment/deployment.ts";
import type { Store } from "../../../server/ports/store/store.ts";
import { firstFreeSubnet } from "../../../server/rules/routing/subnets.ts";
import { WrongKey } from "../../../server/store/keys/open-secrets.ts";
import { CannotOpen } from "../../../server/store/keys/secrets.ts";
import { createStore } from "../../../server/store/postgres-store.ts";
import { anInvitation, aSession, aToken, aUser } from "../../contracts/store/access/people.ts";
import { anInstallation, aProduct, deploying } from "../../contracts/store/lifecycle.ts";
import { aSpec } from "../../model/a-deployment.ts";
import { type ScratchDatabase, useScratchDatabase } from "../scratch-database.ts";

let database: ScratchDatabase;
let store: Store;
useScratchDatabase((opened) => {
  database = opened;
  store = opened.store;
});

/** Every row of every table, as text. */
async function everything(): Promise<string> {
  const { sql } = database;
  const tables = await sql<
    { name: string }[]
  >`select table_name as name from information_schema.tables where table_schema = 'public'`;
  expect(tables.length).toBeGreaterThan(10);
  const rows = await Promise.all(tables.map(({ name }) => sql`select ${sql(name)}::text as row from ${sql(name)}`));
  return rows
    .flat()
    .map(({ row }) => row)
    .join("\n");
}

const open = (keyFile = database.keyFile) => createStore({ url: database.url, keyFile, chooseSubnet: firstFreeSubnet });

it("no secret is found anywhere in the database, in whatever clothes", async () => {
  const canary = "canary-5b1f";
  const installation = await anInstallation(store);
  await store.installations.changeVariables(installation, { CANARY: canary }, []);
  await store.products.changeVariables((await aProduct(store)).product.id, { CANARY: canary }, []);
  const { product } = await aProduct(store);
  await store.sources.setWebhookSecret(product.id, canary);
  await store.sources.setDeployKey(product.id, { publicKey: "ssh-ed25519 AAAA", privateKey: canary });
  await store.products.update(product.id, { source: { token: canary } });
  await deploying(store, installation, { ...aSpec(), variables: { CANARY: canary } });
  const { access } = store;
  await access.setAdminToken("admin", canary);
  const user = await aUser(store);
  await store.users.setTotpSecret(user.id, canary);
  await store.users.setRecoveryCodes(user.id, [canary]);
  const provider = { label: "Acme", issuer: "https://id.example.org", clientId: "baton", domains: [], role: null };
  await store.provider.set({ ...provider, clientSecret: canary });
  await aToken(store, user.id, { token: canary.repeat(3) });
  const session = await aSession(store, { user: user.id });
  const link = await store.links.create(anInvitation, new Date());

  const dump = await everything();
  expect(dump).toContain("hello.localhost");
  for (const secret of [canary, session, link.secret]) {
    for (const encoding of ["utf8", "hex", "base64", "base64url"] as const) {
      expect(dump).not.toContain(Buffer.from(secret).toString(encoding).replace(/=+$/, ""));
    }
  }
  expect(await store.installations.variables(installation)).toEqual({ CANARY: canary });
});

it("a value that is put into another variable's row does not open there", async () => {
  const [mine, other] = [await anInstallation(store), await anInstallation(store)];
  for (const installation of [mine, other])
    await store.installations.changeVariables(installation, { A: "1", B: "2" }, []);
  const { sql } = database;
  await sql`update variables set value = (select value from variables where installation_id = ${mine} and name = 'B')
    where installation_id = ${mine} and name = 'A'`;
  await sql`update variables set value = (select value from variables where installation_id = ${mine} and name = 'B')
    where installation_id = ${other} and name = 'B'`;
  for (const installation of [mine, other]) {
    await expect(store.installations.variables(installation)).rejects.toThrow(CannotOpen);
  }
});

it("a product's value that is put into an installation's row, or into another product's, does not open there", async () => {
  const [mine, other] = [await aProduct(store), await aProduct(store)];
  const { sql } = database;
  for (const { product, installation } of [mine, other]) {
    await store.products.changeVariables(product.id, { A: "1" }, []);
    await store.installations.changeVariables(installation.id, { B: "2" }, []);
  }
  const stolen = sql`(select value from product_variables where product_id = ${mine.product.id})`;
  await sql`update product_variables set value = ${stolen} where product_id = ${other.product.id}`;
  await expect(store.installations.variables(other.installation.id)).rejects.toThrow(CannotOpen);
  await sql`update variables set value = ${stolen}, name = 'A' where installation_id = ${mine.installation.id}`;
  await expect(store.installations.variables(mine.installation.id)).rejects.toThrow(CannotOpen);
});

it("a repository's token that is put into another product's row does not open there", async () => {
  const [mine, other] = [(await aProduct(store)).product, (await aProduct(store)).product];
  for (const { id } of [mine, other]) await store.products.update(id, { source: { token: "t" } });
  await database.sql`update sources set token = (select token from sources where product_id = ${mine.id})
    where product_id = ${other.id}`;
  await expect(store.sources.credentials(other.id)).rejects.toThrow(CannotOpen);
});

it("a spec's variables that are put into another deployment do not open there", async () => {
  const [one, other] = [
    await deploying(store, await anInstallation(store)),
    await deploying(store, await anInstallation(store)),
  ];
  await database.sql`update deployments set spec = (select spec from deployments where id = ${one.id}) where id = ${other.id}`;
  expect(await store.deployments.get(one.id)).toEqual(one);
  const stolen = await store.deployments.get(other.id);
  expect(() => stolen && specOf(stolen)?.variables).toThrow(CannotOpen);
});

it("the key file is its owner's alone", async () => {
  expect((await stat(database.keyFile)).mode & 0o777).toBe(0o600);
});

it("a store with the same key reads what another wrote", async () => {
  const installation = await anInstallation(store);
  await store.installations.changeVariables(installation, { A: "1" }, []);
  const second = await open();
  expect(await second.installations.variables(installation)).toEqual({ A: "1" });
  expect(second.instance).toBe(store.instance);
  await second.close();
});

it("a missing or wrong key stops the start while there are secrets, and is not made up for", async () => {
  await store.installations.changeVariables(await anInstallation(store), { A: "1" }, []);
  const aside = `${database.keyFile}.aside`;
  await rename(database.keyFile, aside);
  await expect(open()).rejects.toThrow(/key file .* is missing/);
  await expect(stat(database.keyFile)).rejects.toThrow("ENOENT");

  await writeFile(database.keyFile, `${"0".repeat(64)}\n`);
  await expect(open()).rejects.toThrow(WrongKey);
  await writeFile(database.keyFile, "my secret");
  await expect(open()).rejects.toThrow(/does not hold a key of 64 hexadecimal digits/);
  await rename(aside, database.keyFile);
  await (await open()).close();
});

it.each(["token", "webhook_secret", "private_key"])(
  "a lost key is noticed when all it sealed is a repository's %s",
  async (column) => {
    const { product } = await aProduct(store);
    const { sql } = database;
    await sql`insert into sources (product_id, public_key, private_key) values (${product.id}, ${column === "private_key" ? "p" : null}, ${column === "private_key" ? Buffer.from("sealed") : null})`;
    if (column !== "private_key") await sql`update sources set ${sql(column)} = ${Buffer.from("sealed")}`;
    const aside = `${database.keyFile}.aside`;
    await rename(database.keyFile, aside);
    await expect(open()).rejects.toThrow(/key file .* is missing, and this database's secrets/);
    await sql`delete from settings`;
    await expect(open()).rejects.toThrow(WrongKey);
    await rename(aside, database.keyFile);
    await (await open()).close();
  },
);

it("a missing key is created again while there are no secrets", async () => {
  await store.provider.remove();
  await rm(database.keyFile);
  const fresh = await open();
  const installation = await anInstallation(fresh);
  await fresh.installations.changeVariables(installation, { A: "1" }, []);
  expect(await fresh.installations.variables(installation)).toEqual({ A: "1" });
  await fresh.close();
});

it("two stores that make the key at once make the same", async () => {
  await rm(database.keyFile);
  await database.sql`delete from settings`;
  const both = await Promise.all([open(), open()]);
  const installation = await anInstallation(both[0]);
  await both[0].installations.changeVariables(installation, { A: "1" }, []);
  expect(await both[1].installations.variables(installation)).toEqual({ A: "1" });
  for (const one of both) await one.close();
});
