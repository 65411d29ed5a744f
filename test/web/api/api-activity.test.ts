import { beforeEach, describe, expect, test } from "vitest";
import { createWorld, type World } from "../world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
  const entry = { who: "admin", what: "redeployed", detail: null, deploymentId: null, address: "192.0.2.7" };
  for (const subject of ["shop", "shop #2", "blog", "shop #3"]) {
    await world.store.audit.record({ ...entry, subject }, world.clock.now());
  }
});

describe("the activity", () => {
  test("is listed page by page, newest first, and of one product", async () => {
    const page = async (query: string) => {
      const answer = await world.api(`/api/activity?${query}`);
      const { items, next } = (await answer.json()) as { items: readonly { subject: string }[]; next?: string };
      return [items.map(({ subject }) => subject), next];
    };
    expect(await page("limit=3")).toEqual([["shop #3", "blog", "shop #2"], "2"]);
    expect(await page("limit=3&before=2")).toEqual([["shop"], undefined]);
    expect(await page("product=shop")).toEqual([["shop #3", "shop #2", "shop"], undefined]);
    expect(await page("who=nobody&product=")).toEqual([[], undefined]);
  });

  test("is exported whole, one entry a line", async () => {
    const answer = await world.api("/api/activity.jsonl");
    expect(answer.headers.get("content-type")).toBe("application/jsonl; charset=utf-8");
    const lines = (await answer.text()).trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      id: 4,
      at: world.clock.now().toISOString(),
      who: "admin",
      what: "redeployed",
      subject: "shop #3",
      detail: null,
      deployment: null,
      address: "192.0.2.7",
    });
  });

  test("is shown to nobody without a token", async () => {
    for (const path of ["/api/activity", "/api/activity.jsonl"]) expect((await world.fetch(path)).status).toBe(401);
  });
});
