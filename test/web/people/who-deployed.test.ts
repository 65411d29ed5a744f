import { beforeEach, expect, it } from "vitest";
import { aToken } from "../../contracts/store/access/people.ts";
import { aPerson, signedIn } from "../people.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

it("a deployment that a program asked for names the person and their token: its page, its log, the API", async () => {
  const { installation } = await world.samples.product("shop");
  const live = world.samples.live(installation);
  const ada = await aPerson(world);
  await aToken(world.store, ada.id, { token: "adas-token", name: "ci" });
  const asAda = (path: string, init: RequestInit = {}) =>
    world.fetch(path, { ...init, headers: { authorization: "Bearer adas-token", "content-type": "application/json" } });

  const asked = await asAda(`/api/deployments/${live.id}/redeploy`, { method: "POST" });
  const { id, by } = (await asked.json()) as { readonly id: number; readonly by: string };
  expect(by).toBe("Ada (token ci)");
  expect(await (await asAda(`/deployments/${id}`)).text()).toContain("by Ada (token ci)");
  const log = await (await asAda(`/api/deployments/${id}/log`)).text();
  expect(log.split("\n")[0]).toMatch(/Z ==> .*by Ada \(token ci\)$/);
});

it("a deployment that somebody asked for in a browser names them, and one by the server's token names the token", async () => {
  const { installation } = await world.samples.product("shop");
  const live = world.samples.live(installation);
  const browser = await signedIn(world, await aPerson(world));
  await browser.get(`/deployments/${live.id}/redeploy`);
  const { location } = await browser.post(`/deployments/${live.id}/redeploy`);
  const page = await browser.get(location ?? "");
  expect(page.text).toMatch(/ by Ada(?! \()/);

  const { json } = await world.read("/api/deployments?limit=1");
  expect(json.items[0]).toMatchObject({ by: "Ada" });
  await world.api(`/api/deployments/${json.items[0]?.id}/cancel`, { method: "POST" });
  const again = await world.read(`/api/deployments/${live.id}/redeploy`, { method: "POST" });
  expect(again.json).toMatchObject({ by: "admin" });
});
