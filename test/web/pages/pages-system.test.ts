import { beforeEach, describe, expect, test } from "vitest";
import { everything } from "../../../server/model/access/principal.ts";
import type { ImageId } from "../../../server/model/names/ids.ts";
import type { Installation } from "../../../server/model/product.ts";
import { endpoints } from "../../../server/routes.ts";
import { imageTag } from "../../../server/rules/rollout/retention.ts";
import { toastOf } from "../../../server/web/pages/system/news.ts";
import { aToken, aUser } from "../../contracts/store/access/people.ts";
import { aMember, type Member } from "../member.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let member: Member;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  member = await aMember(world);
  ({ installation } = await world.samples.product("shop"));
});

test("the system page says how apps outlive a restart of Docker, where they could", async () => {
  const read = world.engine.machine;
  const advice = "to /etc/docker/daemon.json and reload Docker";
  for (const [liveRestore, is] of [
    ["off", true],
    ["on", false],
    ["swarm", false],
  ] as const) {
    world.engine.machine = async (signal) => ({ ...(await read(signal)), liveRestore });
    const { text } = await member.get("/system");
    expect(text.includes(advice)).toBe(is);
  }
});

describe("the queue", () => {
  test("says what is under way, what waits, and why", async () => {
    world.samples.building(installation);
    const { id } = world.samples.queued(installation);
    const { text, html } = await member.get("/queue");
    expect(text).toContain("1 of 4 build slots in use");
    expect(text).toMatch(/shop #1 .* Building/);
    expect(text).toMatch(/1 Say hello .* shop #2 .* waiting for deployment 1 of this product, which is building/);
    expect(html).toContain(`action="/deployments/${id}/cancel"`);
  });

  test("that is empty says so", async () => {
    expect((await member.get("/queue")).text).toContain("The queue is empty. A push starts at once.");
  });
});

describe("the activity", () => {
  test("tells who did what, by pages and by the API alike, and never a value", async () => {
    await member.post("/products/shop/variables", { name: "KEY", value: "canary-3a" });
    await world.api(`/api/product-deployments/${installation.id}/variables`, {
      method: "PUT",
      body: { set: { OTHER: "canary-3b" } },
    });
    const failed = world.samples.failed(installation, {});
    await member.post(`/deployments/${failed.id}/cancel`);
    const { id } = world.samples.queued(installation);
    await member.post(`/deployments/${id}/cancel`);
    await member.post("/products/shop/delete", { confirm: "shop" });

    expect(world.store.rows.audit.map(({ what, subject, detail }) => [what, subject, detail])).toEqual([
      ["signed in", "", "with a token"],
      ["changed variables of", "shop", "added KEY"],
      ["changed variables of", "shop", "added OTHER"],
      ["cancelled", "shop #2", null],
      ["deleted", "shop", "its volumes were kept"],
    ]);
    expect(JSON.stringify(world.store.rows.audit)).not.toContain("canary");
    const { text, html } = await member.get("/activity");
    expect(text).toContain("admin changed variables of shop added KEY");
    expect(html).toContain(`<a href="/deployments/${id}">shop #2</a>`);
  });

  test("names the token as well as its person, and is filtered by it", async () => {
    const ada = await aUser(world.store, { name: "Ada", grants: everything });
    await aToken(world.store, ada.id, { name: "ci", token: "token-of-ada" });
    const { id } = world.samples.queued(installation);
    const headers = { authorization: "Bearer token-of-ada" };
    await world.fetch(`/api/deployments/${id}/cancel`, { method: "POST", headers });
    expect(world.store.rows.audit.at(-1)).toMatchObject({ who: "Ada", token: "ci", what: "cancelled" });
    expect((await member.get("/activity?token=ci")).text).toContain("Ada (token ci) cancelled shop #1");
    expect((await member.get("/activity?token=other")).text).toContain("Nothing matches this filter.");
    expect((await member.get(`/deployments/${id}`)).text).toContain("Cancelled by Ada (token ci).");
  });

  test("has words for every endpoint of a member that changes something", () => {
    const unsafe = endpoints.filter(
      // A fetch by git is a POST that changes nothing.
      ({ method, permission, answer }) => method !== "GET" && permission !== null && answer !== "git",
    );
    expect(unsafe.length).toBeGreaterThan(15);
    expect(unsafe.filter(({ action }) => action === null)).toEqual([]);
  });

  test("has a gap, and the log says so, rather than an action that is undone", async () => {
    world.store.audit.record = () => Promise.reject(new Error("full"));
    expect((await member.post("/products/shop/settings", { branch: "next" })).status).toBe(303);
    expect(world.logged).toContainEqual(
      expect.objectContaining({ message: "an action is missing from the audit log" }),
    );
  });
});

describe("the system", () => {
  test("shows versions, sizes and that all is well", async () => {
    const { text } = await member.get("/system");
    expect(text).toContain("All systems OK");
    expect(text).toMatch(
      /Docker Up Version 26\.1\.5\+dfsg1 Package Debian's API 1\.12 to 1\.41 Security fixes from Debian until August 2028 Images graph driver overlay2 cgroups v1, cgroupfs Rootless no Builder BuildKit Builds at most 6\.0 GB of memory and 4,096 processes together Packet filter iptables-nft Firewall rules in DOCKER-USER/,
    );
    expect(text).toMatch(/Caddy Up Version 2\.11\.4 Database Up Postgres 17\.5 Size 12 MB/);
    expect(text).toContain("40 GB of 100 GB free");
    expect(text).toContain("Build cache 900 MB");
  });

  test("tells what takes the space by product, and what is safe to remove of it", async () => {
    const usage = await world.engine.diskUsage(AbortSignal.timeout(1_000));
    const own = { hasOtherTags: false, isInUse: false };
    const image = (id: string, ownBytes: number, tags: readonly string[]) => ({
      ...{ ...own, id: id as ImageId, ownBytes, tags, createdAt: new Date(0) },
    });
    const { productId } = installation;
    const images = [
      image("sha256:1", 1_200_000_000, [imageTag("fake0000", productId, "web", 901)]),
      image("sha256:2", 400_000_000, []),
    ];
    const volumes = [{ name: "v", owner: { product: productId, installation: installation.id }, bytes: 80_000_000 }];
    world.engine.diskUsage = async () => ({ ...usage, images, volumes });
    world.git.repositoryBytes = async () => 5_000_000;
    const { text, html } = await member.get("/system");
    expect(text).toContain("shop 1.2 GB 80 MB 5.0 MB – 1.3 GB");
    expect(text).toContain("Shared layers, other images 2.2 GB – – – 2.2 GB");
    expect(text).toContain("Other volumes – 100 MB – – 100 MB Build cache – – – – 900 MB");
    expect(text).toContain("1 image of older versions: 1.2 GB 1 image left by earlier or failed builds: 400 MB");
    expect(text).toContain("The unused build cache: 700 MB.");
    expect(html).toMatch(/action="\/system\/free-space"[\s\S]*Remove what is safe \(about 2\.3 GB\)/);
  });

  test("removes nothing itself, but asks for it once, and says so", async () => {
    const answer = await member.post("/system/free-space", {});
    expect([answer.status, answer.location]).toEqual([303, "/system#space"]);
    expect(world.woken.reconciler).toBe(1);
    const { text, html } = await member.get("/system");
    expect(text).toContain("Baton is removing it.");
    expect(html).not.toContain("/system/free-space");
    expect(world.store.rows.audit.at(-1)).toMatchObject({ what: "removed what was safe to remove" });
    await world.store.settings.set("cleaning", `3200000000 at ${world.clock.now().toISOString()}`);
    expect((await member.get("/system")).text).toMatch(/Last removed: about 3\.2 GB, just now/);
  });

  test("has nothing to remove where nothing is safe, and leaves a cache alone that Baton does not limit", async () => {
    const asked = await createWorld({ buildCacheBytes: null });
    const { text, html } = await (await aMember(asked)).get("/system");
    expect(text).toContain("Nothing at the moment.");
    expect(html).not.toContain("/system/free-space");
  });

  test("says where the firewall's rules are when Docker writes its own with nftables", async () => {
    const state = () => ({ type: "held", in: [{ backend: "nft", chain: "FORWARD" }] }) as const;
    const asked = await createWorld({ firewall: { state } });
    const machine = await asked.engine.machine(AbortSignal.timeout(1_000));
    asked.engine.machine = async () => ({ ...machine, firewallBackend: "nftables" });
    expect((await (await aMember(asked)).get("/system")).text).toContain(
      "Packet filter nftables Firewall rules in FORWARD",
    );
  });

  test("says that the firewall's rules don't reach a rootless Docker, and who last fixed it", async () => {
    const asked = await createWorld();
    asked.clock.now = () => new Date("2026-11-29");
    const machine = await asked.engine.machine(AbortSignal.timeout(1_000));
    const operatingSystem = "Debian GNU/Linux 11 (bullseye)";
    asked.engine.machine = async () => ({ ...machine, rootless: true, operatingSystem });
    const { text } = await (await aMember(asked)).get("/system");
    expect(text).toContain("Docker 26.1 has had no security fixes since August 2026. Install Docker's own packages:");
    expect(text).toContain("Security fixes none since August 2026");
    expect(text).toContain("Firewall rules not in place");
  });

  test("does not say that all is well while a product is not", async () => {
    world.samples.failed(installation, { message: "`npm run build` exited with code 1: TS2322: no" });
    const { text } = await member.get("/system");
    expect(text).not.toContain("All systems OK");
    expect(text).toContain("shop #1 failed: `npm run build` exited with code 1: TS2322: no. Nothing is live yet.");
    world.samples.live(installation);
    expect((await member.get("/system")).text).toContain("shop is degraded; not healthy: web.");
  });

  test("names each product whose addresses cannot be served", async () => {
    const unserved = () => [{ name: "poison", message: "the address poison.… has 260 characters" }];
    const asked = await aMember(await createWorld({ unserved }));
    expect((await asked.get("/system")).text).toContain(
      "An address of poison cannot be served: the address poison.… has 260 characters. Everything else is served.",
    );
  });

  test("is shown when nothing answers, with what to do", async () => {
    world.engine.away = true;
    world.proxy.away = true;
    const { status, text } = await member.get("/system");
    expect(status).toBe(200);
    expect(text).toContain("Docker isn't responding. Nothing can be deployed. Start it with systemctl start docker");
    expect(text).toContain("Caddy isn't responding.");
  });
});

describe("what happens elsewhere", () => {
  const since = () => new Date(world.clock.now().getTime() - 60_000);
  const toastAbout = async (
    deployment: ReturnType<World["samples"]["ready"]> | ReturnType<World["samples"]["failed"]>,
  ) => {
    const { product } = await world.samples.product("elsewhere");
    const environment = (await world.store.environments.list())[0];
    if (!environment) throw new Error("no environment");
    return toastOf(deployment, { product, environment, installation }, since());
  };

  test("is announced when it begins or ends, with a link to it", async () => {
    const failed = world.samples.failed(installation, { message: "npm ended with exit code 1" });
    expect(await toastAbout(failed)).toEqual({
      deploymentId: failed.id,
      tone: "bad",
      text: "elsewhere #1 failed: npm ended with exit code 1",
    });
  });

  test("is no news when it was over before the page was opened", async () => {
    const old = world.samples.ready(installation, { createdAt: new Date(world.clock.now().getTime() - 3_600_000) });
    expect(await toastAbout(old)).toBeNull();
  });

  test("reaches pages that show nothing live", async () => {
    const { html } = await member.get("/activity");
    expect(html).toContain('hx-sse:connect="/news/stream?shown=-"');
    const reader = (await member.stream("/news/stream?shown=-")).body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = (await reader?.read())?.value ?? "";
    const building = world.samples.building(installation, { createdAt: world.clock.now() });
    await world.store.events.append(building.id, [{ type: "status", status: "building", reason: null }]);
    while (!heard.includes("toast")) {
      world.clock.advance(500);
      const { value, done } = (await reader?.read()) ?? { value: "", done: true };
      if (done) break;
      heard += value;
    }
    await reader?.cancel();
    expect(heard).toContain("shop #1 started: Say hello");
  });
});
