import { readFile, stat, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InstallationId } from "../../../server/model/names/ids.ts";
import type { KeyStore } from "../../../server/ports/store/keys.ts";
import type { Store } from "../../../server/ports/store/store.ts";
import { firstFreeSubnet } from "../../../server/rules/routing/subnets.ts";
import { newKey } from "../../../server/store/keys/key-file.ts";
import { openSecrets, WrongKey } from "../../../server/store/keys/open-secrets.ts";
import { createKeyStore } from "../../../server/store/keys/rotation.ts";
import { keyIdsOf, sealedKinds } from "../../../server/store/keys/sealed-values.ts";
import { createDatabase, type Database } from "../../../server/store/postgres/database.ts";
import { createSessionPool, type SessionPool } from "../../../server/store/postgres/session-pool.ts";
import { createStore } from "../../../server/store/postgres-store.ts";
import { variables } from "../../../server/store/schema/user-settings.ts";
import { aUser } from "../../contracts/store/access/people.ts";
import { aProduct, deploying } from "../../contracts/store/lifecycle.ts";
import { aSpec } from "../../model/a-deployment.ts";
import { type ScratchDatabase, useScratchDatabase } from "../scratch-database.ts";

let scratch: ScratchDatabase;
/** The store of a server that runs throughout. */
let store: Store;
let pool: SessionPool;
let database: Database;
useScratchDatabase((opened) => {
  scratch = opened;
  store = opened.store;
});
beforeAll(() => {
  pool = createSessionPool({ url: scratch.url, size: 4, name: "baton test" });
  database = createDatabase(pool, () => {});
});
afterAll(() => pool.close());

type Step = Parameters<NonNullable<Parameters<typeof createKeyStore>[0]["onStep"]>>[0];

/** The rotation as another process does it, which may break off after a step. */
async function rotating(onStep: (step: Step) => void = () => {}): Promise<KeyStore> {
  const { keyFile } = scratch;
  return createKeyStore({ database, keyFile, secrets: await openSecrets(database, keyFile), onStep });
}

const openStore = () => createStore({ url: scratch.url, keyFile: scratch.keyFile, chooseSubnet: firstFreeSubnet });

const keyLines = async () => (await readFile(scratch.keyFile, "utf8")).trim().split("\n");

async function usedKeys(): Promise<readonly string[]> {
  const ids = await Promise.all(sealedKinds.map((kind) => database.read((queries) => keyIdsOf(queries, kind))));
  return [...new Set(ids.flat())];
}

/** A product with a secret of each kind, and a look that opens all of them. */
async function secretsOfEachKind() {
  const { product, installation } = await aProduct(store);
  const manyNames = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`NAME_${index}`, `value ${index}`]));
  await store.installations.changeVariables(installation.id, { ...manyNames, OWN: "own" }, []);
  await store.products.changeVariables(product.id, { SHARED: "shared" }, []);
  await store.sources.setWebhookSecret(product.id, "hook");
  await store.sources.setDeployKey(product.id, { publicKey: "ssh-ed25519 AAAA", privateKey: "private" });
  await store.products.update(product.id, { source: { token: "token" } });
  const user = await aUser(store);
  await store.users.setTotpSecret(user.id, "totp");
  const deployment = await deploying(store, installation.id, { ...aSpec(), variables: { OF_SPEC: "spec" } });
  return async (from: Store) => {
    expect(await from.installations.variables(installation.id)).toEqual({ ...manyNames, OWN: "own", SHARED: "shared" });
    expect(await from.sources.webhookSecret(product.id)).toBe("hook");
    expect(await from.users.totp(user.id)).toMatchObject({ secret: "totp" });
    expect(await from.sources.credentials(product.id)).toMatchObject({ token: "token", privateKey: "private" });
    expect(await from.deployments.get(deployment.id)).toMatchObject({ spec: { variables: { OF_SPEC: "spec" } } });
  };
}

describe("rotating the key", () => {
  it("encrypts every secret with a new key while a server goes on reading and writing", async () => {
    const look = await secretsOfEachKind();
    const [before] = await keyLines();
    const [formerId] = await usedKeys();
    const rotation = await (await rotating()).rotate();
    expect(rotation).toEqual({
      isResumed: false,
      unreadable: [],
      counts: {
        ...{ variable: 121, "product variable": 1, spec: 1 },
        ...{ "webhook secret": 1, "repository token": 1, "deploy key": 1, "totp secret": 1 },
      },
    });
    const lines = await keyLines();
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toBe(before);
    const used = await usedKeys();
    expect(used).toHaveLength(1);
    expect(used[0]).not.toBe(formerId);
    expect((await stat(scratch.keyFile)).mode & 0o777).toBe(0o600);

    await look(store);
    const { installation } = await aProduct(store);
    await store.installations.changeVariables(installation.id, { LATER: "later" }, []);
    expect(await usedKeys()).toEqual(used);
    const fresh = await openStore();
    await look(fresh);
    expect(await fresh.installations.variables(installation.id)).toEqual({ LATER: "later" });
    await fresh.close();
  });

  it("encrypts specs in the first format, which sealed only their variables", async () => {
    const { installation } = await aProduct(store);
    const deployment = await deploying(store, installation.id);
    const { sql } = scratch;
    const owner = { kind: "spec", id: String(deployment.id) } as const;
    const secrets = await openSecrets(database, scratch.keyFile);
    const sealed = await database.write(async ({ tx }) => (await secrets.sealing(tx))(owner, '{"A":"1"}'));
    const spec = { commit: "c", routes: [], stacks: [], variables: sealed.toString("base64") };
    await sql`update deployments set spec = ${sql.json(spec)} where id = ${deployment.id}`;
    expect((await (await rotating()).rotate()).counts).toMatchObject({ spec: 1 });
    expect(await store.deployments.get(deployment.id)).toMatchObject({ spec: { variables: { A: "1" }, commit: "c" } });
  });

  const breaks: readonly (readonly [Step, number])[] = [
    ["key-written", 1],
    ["key-current", 1],
    ["batch", 1],
    ["batch", 2],
    ["batch", 5],
    ["all-sealed", 1],
  ];
  it.each(breaks)(
    "that breaks off at %s %i is completed by the next start, and by the next rotation",
    async (at, nth) => {
      for (const complete of ["start", "rotation"] as const) {
        const look = await secretsOfEachKind();
        let steps = 0;
        const dying = await rotating((step) => {
          if (step === at && ++steps === nth) throw new Error("killed");
        });
        await expect(dying.rotate()).rejects.toThrow("killed");
        expect(await keyLines()).toHaveLength(2);
        await look(store);
        const started = await openStore();
        await look(started);
        const rotation = complete === "start" ? await started.keys.finishRotation() : await (await rotating()).rotate();
        expect(rotation).toMatchObject({ isResumed: true, unreadable: [] });
        expect(await keyLines()).toHaveLength(1);
        expect(await usedKeys()).toHaveLength(1);
        await look(store);
        await look(started);
        await started.close();
        const fresh = await openStore();
        await look(fresh);
        expect(await fresh.keys.finishRotation()).toBeNull();
        await fresh.close();
        await scratch.sql`delete from products`;
        await scratch.sql`delete from users`;
      }
    },
  );

  it("loses nothing that is written meanwhile, nor what two rotations at once do", async () => {
    const { product, installation } = await aProduct(store);
    const others = await Promise.all(Array.from({ length: 3 }, () => aProduct(store)));
    const ids = [installation, ...others.map((other) => other.installation)].map(({ id }) => id);
    let isOver = false;
    const written = new Map<InstallationId, Record<string, string>>(ids.map((id) => [id, {}]));
    const write = async (id: InstallationId) => {
      for (let round = 0; !isOver; round++) {
        const set = { [`N${round % 30}`]: `round ${round} of ${id}` };
        await store.installations.changeVariables(id, set, []);
        Object.assign(written.get(id) ?? {}, set);
        await store.sources.setWebhookSecret(product.id, `hook ${round}`);
        expect(await store.sources.webhookSecret(product.id)).toMatch(/^hook \d+$/);
      }
    };
    const writers = ids.map(write);
    for (let round = 0; round < 4; round++) {
      const both = [await rotating(), await rotating()];
      await Promise.all(both.map((one) => one.rotate()));
    }
    isOver = true;
    await Promise.all(writers);
    expect(await keyLines()).toHaveLength(1);
    expect(await usedKeys()).toHaveLength(1);
    const fresh = await openStore();
    for (const id of ids) expect(await fresh.installations.variables(id)).toEqual(written.get(id));
    expect(await fresh.sources.webhookSecret(product.id)).toMatch(/^hook \d+$/);
    await fresh.close();
  });

  it("waits for a transaction that has sealed a value with the old key", async () => {
    const { installation } = await aProduct(store);
    await store.installations.changeVariables(installation.id, { A: "1" }, []);
    const secrets = await openSecrets(database, scratch.keyFile);
    const keys = await rotating();
    let rotation: Promise<unknown> = Promise.resolve();
    let isRotated = false;
    await database.write(async ({ tx }) => {
      const seal = await secrets.sealing(tx);
      rotation = keys.rotate().then(() => {
        isRotated = true;
      });
      const waits = async () =>
        (await scratch.sql`select from pg_locks where locktype = 'advisory' and not granted`).length > 0;
      while (!isRotated && !(await waits()));
      const value = seal({ kind: "variable", id: `${installation.id} A` }, "2");
      await tx.update(variables).set({ value });
    });
    await rotation;
    const fresh = await openStore();
    expect(await fresh.installations.variables(installation.id)).toEqual({ A: "2" });
    await fresh.close();
  });

  it("names what no key opens, leaves it as it is, and keeps its key", async () => {
    const { installation } = await aProduct(store);
    await store.installations.changeVariables(installation.id, { GOOD: "1", BROKEN: "2" }, []);
    const { sql } = scratch;
    await sql`update variables set value = set_byte(value, 33, get_byte(value, 33) # 1) where name = 'BROKEN'`;
    const [broken] = await sql`select value from variables where name = 'BROKEN'`;
    const name = `variable ${installation.id} BROKEN`;
    expect(await (await rotating()).rotate()).toMatchObject({ counts: { variable: 1 }, unreadable: [name] });
    expect(await sql`select value from variables where name = 'BROKEN'`).toEqual([broken]);
    expect(await keyLines()).toHaveLength(2);
    expect(await (await rotating()).rotate()).toMatchObject({ counts: { variable: 1 }, unreadable: [name] });
    expect(await keyLines()).toHaveLength(2);

    await store.installations.changeVariables(installation.id, { BROKEN: "3" }, []);
    expect(await (await rotating()).rotate()).toMatchObject({ isResumed: true, unreadable: [] });
    expect(await keyLines()).toHaveLength(1);
    expect(await store.installations.variables(installation.id)).toEqual({ GOOD: "1", BROKEN: "3" });
  });

  it("does not begin with the wrong key, and a file of wrong keys stops the start", async () => {
    await secretsOfEachKind();
    const right = await readFile(scratch.keyFile, "utf8");
    const keys = await rotating();
    const wrong = [newKey(), newKey()].map(({ bytes }) => `${bytes.toString("hex")}\n`).join("");
    await writeFile(scratch.keyFile, wrong);
    await expect(openStore()).rejects.toThrow(WrongKey);
    await expect(keys.rotate()).rejects.toThrow(/lacks the key/);
    expect(await readFile(scratch.keyFile, "utf8")).toBe(wrong);
    await writeFile(scratch.keyFile, right);
    await (await openStore()).close();
  });
});
