import { beforeEach, describe, expect, test } from "vitest";
import type { Installation, Product } from "../../../server/model/product.ts";
import { redactOutputOf } from "../../../server/web/streams/redact-output.ts";
import { sampleContainer, sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let product: Product;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  ({ product, installation } = await world.samples.product("my-api"));
});

describe("logs", () => {
  test("of a deployment are lines with their times, by service when asked", async () => {
    const { id } = world.samples.building(installation);
    await world.store.events.append(id, [
      { type: "stage", stage: "build", text: "Building" },
      { type: "log", source: "build", service: "web", lines: ["\u001b[31mred\u001b[0m", "\u001b]0;owned\u0007title"] },
      { type: "log", source: "build", service: "worker", lines: ["other"] },
    ]);
    const all = await world.api(`/api/deployments/${id}/log`);
    expect(all.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect((await all.text()).split("\n")).toEqual([
      "2026-01-31T11:59:30.000Z ==> Pushed to main by admin",
      "2026-01-31T12:00:00.000Z ==> Building",
      "2026-01-31T12:00:00.000Z     | red",
      "2026-01-31T12:00:00.000Z     | title",
      "2026-01-31T12:00:00.000Z     | other",
      "",
    ]);
    const worker = await (await world.api(`/api/deployments/${id}/log?service=worker`)).text();
    expect(worker).toBe("2026-01-31T12:00:00.000Z     | other\n");
  });

  test("of a stack or service that is not there are not there: the answer names those that are", async () => {
    const ready = world.samples.live(installation);
    const log = (query: string) => world.read(`/api/deployments/${ready.id}/log?${query}`);
    expect((await world.api(`/api/deployments/${ready.id}/log?stack=my-api&service=web`)).status).toBe(200);
    expect(await log("service=wbe")).toMatchObject({
      status: 404,
      json: { error: { code: "not_found", message: 'deployment 1 has no service "wbe": there is web' } },
    });
    expect(await log("stack=shop")).toMatchObject({
      status: 404,
      json: { error: { message: 'deployment 1 has no stack "shop": there is my-api' } },
    });
    expect((await log("stack=shop&service=web")).status).toBe(404);
  });

  test("of a deployment whose services are not known yet name those that were heard of", async () => {
    const { id } = world.samples.building(installation);
    const log = (query: string) => world.read(`/api/deployments/${id}/log?${query}`);
    expect(await log("service=web")).toMatchObject({
      status: 404,
      json: { error: { message: 'deployment 1 has no service "web" yet' } },
    });
    expect((await world.api(`/api/deployments/${id}/log?stack=backend`)).status).toBe(200);
    const lines = ["one"];
    await world.store.events.append(id, [
      { type: "log", source: "build", service: "api", lines },
      { type: "log", source: "build", service: "db", lines },
    ]);
    expect(await log("service=web")).toMatchObject({
      status: 404,
      json: { error: { message: 'deployment 1 has no service "web" yet: there is api, db' } },
    });
    expect((await world.api(`/api/deployments/${id}/log?service=db`)).status).toBe(200);
  });

  test("of a long deployment come whole", async () => {
    const { id } = world.samples.building(installation);
    const lines = Array.from({ length: 1_234 }, (_, index) => ({ type: "note", text: `line ${index}` }) as const);
    await world.store.events.append(id, lines);
    const text = await (await world.api(`/api/deployments/${id}/log`)).text();
    expect(text.match(/line \d+$/gm)).toEqual(lines.map((line) => line.text));
  });

  test("of containers come from the live version, the last lines of it", async () => {
    const live = world.samples.live(installation);
    const container = sampleContainer(live, product.id);
    world.engine.containers.push(container);
    world.engine.output.set(container.id, ["one", "two\u009b1m\u0000", "\u001b[32mthree\u001b[2J\u001b]0;t\u0007"]);
    const logs = (query: string) => world.api(`/api/product-deployments/${installation.id}/logs?${query}`);
    expect(await (await logs("tail=2")).text()).toBe("two\nthree\n");
    expect((await logs("service=db")).status).toBe(404);
  });

  test("of containers hide what secret variables hold today, held in this version, and held where a container was kept from", async () => {
    const older = world.samples.ready(installation);
    const live = world.samples.live(installation);
    const held = (secret: string) => ({
      ...sampleSpec("my-api"),
      variables: { API_TOKEN: secret, COLOUR: "turquoise" },
    });
    world.store.put({ ...older, spec: held("kept-since-the-first-version") });
    const version = world.store.put({ ...live, spec: held("held-in-this-version") });
    await world.store.installations.changeVariables(installation.id, { API_TOKEN: "held-today-by-the-product" }, []);

    const container = sampleContainer(version, product.id);
    world.engine.containers.push(container);
    const lines = ["held-today-by-the-product", "held-in-\u001b[31mthis-version", "turquoise", "a".repeat(50)];
    world.engine.output.set(container.id, lines);
    const logs = (query: string) => world.api(`/api/product-deployments/${installation.id}/logs?${query}`);
    const shown = ["[hidden: API_TOKEN]", "[hidden: API_TOKEN]", "turquoise", "a".repeat(50), ""].join("\n");
    expect(await (await logs("tail=10")).text()).toBe(shown);
    expect(await (await logs("tail=10&follow=true")).text()).toBe(shown);

    world.engine.containers[0] = { ...container, owner: { ...container.owner, deployment: older.id } };
    const redact = await redactOutputOf(world.store, installation.id, world.engine.containers);
    expect(redact("kept-since-the-first-version")).toBe("[hidden: API_TOKEN]");
  });
});
