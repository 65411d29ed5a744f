import { describe, expect, test } from "vitest";
import type { FakeWorld } from "../../fakes/fake-world.ts";
import { createWorld } from "../../fakes/fake-world.ts";
import { comeToRest } from "../at-rest.ts";
import { plain } from "../products.ts";
import { withLive } from "../scene.ts";

const never = new AbortController().signal;

/** Expects the command to end with the server's death, and waits for the restart. */
async function survives(world: FakeWorld, command: Promise<unknown>): Promise<void> {
  await expect(command).rejects.toThrow("the server died");
  await world.pass(5_000);
  expect(world.starts).toBe(2);
}

describe("when the server dies right after a command's transaction", () => {
  test("new domains are recorded, and served after the restart", async () => {
    const { world, first, wrong } = await withLive(plain());
    const { installation } = await world.product("shop");
    world.faults.kill("store.domains.setCustom", "after");
    await survives(
      world,
      world.ask((commands) => commands.setDomains(installation.id, "site", ["www.example.com"], never)),
    );
    expect(await world.request("www.example.com")).toMatchObject({ status: 200, deployment: first });
    expect(await wrong()).toEqual([]);
  });

  test("a copied environment has its products with their settings and variables", async () => {
    const { world } = await withLive(plain());
    const { installation } = await world.product("shop");
    await world.store.installations.changeVariables(installation.id, { PLAN: "pro" }, [], { secret: { PLAN: false } });
    await world.store.installations.setServiceSettings(installation.id, "site", { cpus: 2 });
    world.faults.kill("store.environments.create", "after");
    const wanted = { name: "staging", domain: null, branch: null };
    await survives(
      world,
      world.ask((commands) => commands.createEnvironment(wanted, "production")),
    );
    const all = await world.store.installations.installedProducts();
    const copies = all.filter(({ environment }) => environment.name === "staging");
    expect(copies.map(({ product }) => product.slug)).toEqual(["shop"]);
    const copy = copies[0]?.installation.id ?? installation.id;
    expect(await world.store.installations.variables(copy)).toEqual({ PLAN: "pro" });
    expect((await world.store.installations.serviceSettings(copy)).get("site")).toMatchObject({ cpus: 2 });
  });
});

test.each(["store.products.create", "git.ensureRepository", "store.installations.trackFirst"])(
  "when the server dies after %s, a first push is completed by the next one",
  async (call) => {
    const world = createWorld();
    world.faults.kill(call, "after");
    await survives(world, world.push("shop"));
    const id = await world.push("shop");
    await comeToRest(world);
    expect(await world.status(id)).toBe("ready");
    expect((await world.product("shop")).installation.branch).toBe("main");
    expect(world.store.rows.products.size).toBe(1);
  },
);

test("when the server dies during a check of the repository, the next check deploys the new commit", async () => {
  const world = createWorld();
  await world.connect("shop");
  world.release("shop");
  const { product } = await world.product("shop");
  const check = () => world.ask((commands) => commands.checkRepository(product, "ada", true, never));
  world.faults.kill("store.installations.trackFirst", "after");
  await survives(world, check());
  expect(await check()).toMatchObject([{ outcome: "deployed" }]);
  await comeToRest(world);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200 });
});
