import { expect, test } from "vitest";
import { checkNamedDomains } from "../../../server/pipeline/routing/named-domains.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";
import { createSamples } from "../../web/samples.ts";

/** Two products. The test checks the hosts that the second one's repository names for its service. */
async function world() {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const samples = createSamples(store, clock);
  const shop = await samples.product("shop");
  const blog = await samples.product("blog");
  await store.domains.setCustom(shop.installation.id, "web", ["shop.example.com"]);
  const needs = { store, domain: "apps.example.com", publicHost: "baton.example.com" };
  return (kind: "web" | "worker", ...domains: readonly string[]) =>
    checkNamedDomains(needs, blog.installation.id, [{ name: "page", kind, domains }]);
}

test.each([
  ["baton.example.com", "baton.example.com is Baton's own address"],
  ["x.baton.example.com", "x.baton.example.com is below Baton's own address, baton.example.com"],
  ["apps.example.com", "apps.example.com is the base domain for all apps, so it can't be assigned to one"],
  ["shop.apps.example.com", "the address shop.apps.example.com belongs to shop"],
  ["shop.example.com", "the address shop.example.com belongs to shop"],
])("a repository cannot have %s for its service", async (host, why) => {
  const check = await world();
  await expect(check("web", "blog.example.com", host)).rejects.toMatchObject({
    failure: { stage: "plan", service: "page", message: `page cannot be served at ${host}: ${why}` },
  });
});

test("a repository may name what is free, and the product's own address", async () => {
  const check = await world();
  await expect(check("web", "blog.example.com", "blog.apps.example.com")).resolves.toBeUndefined();
});

test("what is named for a service without hosts is served nowhere", async () => {
  const check = await world();
  await expect(check("worker", "shop.example.com")).resolves.toBeUndefined();
});
