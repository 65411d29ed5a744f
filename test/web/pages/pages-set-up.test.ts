import { beforeEach, describe, expect, test } from "vitest";
import { createFakeReach } from "../../fakes/host/fake-reach.ts";
import { aMember, type Member } from "../member.ts";
import { sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

const here = "198.41.0.4";
let reach: ReturnType<typeof createFakeReach>;
beforeEach(() => {
  reach = createFakeReach();
});

async function publicWorld(): Promise<{ readonly world: World; readonly member: Member }> {
  const world = await createWorld({
    reach,
    domain: "apps.example.com",
    publicUrl: new URL("https://baton.example.com"),
    httpPort: 80,
    httpsPort: 443,
  });
  return { world, member: await aMember(world) };
}

describe("the set-up checklist", () => {
  test("tells a new server's owner what to set, and how to get in meanwhile", async () => {
    const member = await aMember(await createWorld());
    const { text } = await member.get("/set-up");
    expect(text).toContain("0 of 6 steps done.");
    expect(text).toContain("BATON_DOMAIN=apps.example.com");
    expect(text).toContain("ssh -L 4000:127.0.0.1:4000");
    expect(text).toContain(`This machine's addresses: ${here}`);
    expect(text).toContain("Read the full guide");
    expect((await member.get("/docs/going-public")).text).toContain("Going public");
  });

  test("follows DNS and the certificate", async () => {
    const { world, member } = await publicWorld();
    expect((await member.get("/set-up")).text).toContain("No DNS record. Add an A record for 198.41.0.4.");

    reach.dns.set("baton.example.com", { type: "found", addresses: [here] });
    world.clock.advance(11_000);
    expect((await member.get("/set-up")).text).toContain("Waiting for the certificate");

    reach.certificates.set("baton.example.com", { type: "valid", issuer: "ZeroSSL", expires: new Date(0) });
    world.clock.advance(11_000);
    expect((await member.get("/set-up")).text).toContain("Live. HTTPS certificate by ZeroSSL");
  });

  test("looks each name up once for all who ask within ten seconds", async () => {
    const { member } = await publicWorld();
    await Promise.all([member.get("/set-up"), member.get("/set-up"), member.get("/set-up")]);
    expect(reach.lookedUp).toHaveLength(2);
  });

  test("is pointed out on the home page until somebody hides it", async () => {
    const member = await aMember(await createWorld());
    expect((await member.get("/")).text).toContain("Your team can't reach this server yet: 5 steps left.");
    await member.post("/set-up/hide", {});
    expect((await member.get("/")).text).not.toContain("Your team can't reach");
    expect((await (await publicWorld()).member.get("/")).text).not.toContain("Your team can't reach");
  });
});

describe("the domains of a product", () => {
  test("say the record to add, and each one's state", async () => {
    const { world, member } = await publicWorld();
    const { installation } = await world.samples.product("shop");
    const row = world.samples.live(installation);
    const routes = [{ host: "shop.apps.example.com", service: "web" }];
    world.store.put({ ...row, spec: { ...sampleSpec("shop"), routes } });
    await world.store.domains.setFor(installation.id, routes);
    await world.store.domains.setCustom(installation.id, "web", ["www.example.com"]);
    reach.dns.set("shop.apps.example.com", { type: "found", addresses: [here] });

    const { text, html } = await member.get("/products/shop/domains");
    expect(text).toContain(
      "Add an A record for 198.41.0.4. Then enter the domain here. HTTPS is set up automatically.",
    );
    expect(text).toMatch(/shop\.apps\.example\.com .*default Waiting for the certificate/);
    expect(text).toMatch(/www\.example\.com .*No DNS record/);
    expect(html).toContain('id="host-state-www_example_com"');
  });

  test("in local mode lead to the checklist", async () => {
    const world = await createWorld();
    await world.samples.product("shop");
    const { text, html } = await (await aMember(world)).get("/products/shop/domains");
    expect(text).toContain("This server runs in local mode");
    expect(html).toContain('href="/set-up"');
  });
});
