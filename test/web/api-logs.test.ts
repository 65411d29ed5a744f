import { beforeEach, describe, expect, test } from "vitest";
import type { Installation, Product } from "../../server/model/product.ts";
import { sampleContainer } from "./samples.ts";
import { createWorld, type World } from "./world.ts";

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
      "2026-01-31T12:00:00.000Z ==> Building",
      "2026-01-31T12:00:00.000Z     | \u001b[31mred\u001b[0m",
      "2026-01-31T12:00:00.000Z     | title",
      "2026-01-31T12:00:00.000Z     | other",
      "",
    ]);
    const worker = await (await world.api(`/api/deployments/${id}/log?service=worker`)).text();
    expect(worker).toBe("2026-01-31T12:00:00.000Z     | other\n");
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
    world.engine.output.set(container.id, ["one", "two", "three\u001b[2J"]);
    const logs = (query: string) => world.api(`/api/product-deployments/${installation.id}/logs?${query}`);
    expect(await (await logs("tail=2")).text()).toBe("two\nthree\n");
    expect((await logs("service=db")).status).toBe(404);
  });
});
