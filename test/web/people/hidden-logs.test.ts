import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import type { Role } from "../../../server/model/access/role.ts";
import type { Scope } from "../../../server/model/access/scope.ts";
import { scopes } from "../../../server/model/access/scope.ts";
import type { Product } from "../../../server/model/product.ts";
import { aToken, aUser } from "../../contracts/store/access/people.ts";
import { aPerson, signedIn } from "../people.ts";
import { sampleContainer } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

const [spoken, built] = ["printed by the service", "printed by the build"];

let world: World;
let product: Product;
/** Every way to what the shop's services print, and whether it is a log alone, which is refused. */
let ways: readonly (readonly [string, "a log" | "more than a log"])[];

beforeEach(async () => {
  world = await createWorld();
  const shop = await world.samples.product("shop");
  ({ product } = shop);
  const live = world.samples.live(shop.installation);
  const container = sampleContainer(live, product.id);
  world.engine.containers.push(container);
  world.engine.output.set(container.id, [spoken]);

  const failure = {
    stage: "health",
    service: "web",
    message: "web crashed",
    hint: `it says: ${spoken}`,
    lastLines: [spoken],
  };
  const failed = world.samples.failed(shop.installation, failure as never, { sessionId: "session-1" });
  await world.store.events.append(failed.id, [
    { type: "log", source: "build", service: "web", lines: [built] },
    { type: "log", source: "init", service: "web", lines: [spoken] },
    { type: "log", source: "container", service: "web", lines: [spoken] },
    { type: "failure", failure: failed.failure },
    { type: "status", status: "failed", reason: null },
    { type: "settled" },
  ]);
  const { id } = shop.installation;
  ways = [
    ...(["/products/shop/logs", "/products/shop/logs?service=web", "/products/shop/logs/stream"] as const).map(
      (url) => [url, "a log"] as const,
    ),
    [`/api/product-deployments/${id}/logs`, "a log"],
    [`/api/product-deployments/${id}/logs?tail=10000&service=web`, "a log"],
    [`/deployments/${failed.id}`, "more than a log"],
    [`/deployments/${failed.id}?q=${encodeURIComponent(spoken)}`, "more than a log"],
    [`/deployments/${failed.id}/stream`, "more than a log"],
    [`/api/deployments/${failed.id}`, "more than a log"],
    [`/api/deployments/${failed.id}/log`, "more than a log"],
    [`/api/deployments/${failed.id}/log?service=web`, "more than a log"],
    [`/api/deployments/${failed.id}/events`, "more than a log"],
    ["/api/deployments", "more than a log"],
    ["/api/products/shop/deployments", "more than a log"],
    ["/api/progress/session-1", "more than a log"],
  ];
});

async function aReader(role: Role, limits: readonly Scope[] = scopes) {
  const user = await aUser(world.store, { grants: [{ role, productId: product.id }] });
  const token = `token-of-${user.id}`;
  await aToken(world.store, user.id, { token, scopes: limits });
  return (url: string) => world.fetch(url, { headers: { authorization: `Bearer ${token}` } });
}

/** What an answer says until it says what is looked for, or ends. The search for words repeats them, so it is left out. */
async function said(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  let text = "";
  for (let isOver = !reader; !isOver && !text.includes(spoken); ) {
    const chunk = await whileTimePasses(reader?.read());
    text += new TextDecoder().decode(chunk?.value).replaceAll(`value="${spoken}"`, "");
    isOver = chunk?.done ?? true;
  }
  await reader?.cancel();
  return text;
}

/** Streams wait for a moment between their messages. */
async function whileTimePasses<Result>(result: Promise<Result> | undefined): Promise<Result | undefined> {
  let isThere = result === undefined;
  const settle = () => {
    isThere = true;
  };
  result?.then(settle, settle);
  while (!isThere) {
    world.clock.advance(100);
    await setImmediate();
  }
  return result;
}

describe("the logs of services", () => {
  it("are for viewers unless the product hides them, in every way", async () => {
    const ask = await aReader("viewer");
    for (const [url] of ways) expect(await said(await ask(url)), url).toContain(spoken);

    await world.store.products.update(product.id, { hidesLogs: true });
    for (const [url, kind] of ways) {
      const answer = await ask(url);
      expect(answer.status, url).toBe(kind === "a log" ? 403 : 200);
      expect(await said(answer), url).not.toContain(spoken);
    }
  });

  it("that are hidden leave the output of builds", async () => {
    await world.store.products.update(product.id, { hidesLogs: true });
    const ask = await aReader("viewer");
    for (const [url] of ways.filter(
      ([way]) => /\/\d+(?:\/log|\/events)?$/.test(way) && !/api\/deployments\/\d+$/.test(way),
    )) {
      expect(await said(await ask(url)), url).toContain(built);
    }
  });

  it("that are hidden are read by deployers, and by tokens that may read what deployers read", async () => {
    await world.store.products.update(product.id, { hidesLogs: true });
    for (const ask of [await aReader("deployer"), await aReader("deployer", ["read"])]) {
      for (const [url] of ways) expect(await said(await ask(url)), url).toContain(spoken);
    }
    const deploys = await aReader("deployer", ["deploy"]);
    for (const [url] of ways) expect(await said(await deploys(url)), url).not.toContain(spoken);
  });

  it("end for those who read them when the product hides them", async () => {
    const ask = await aReader("viewer");
    const reader = (await ask("/products/shop/logs/stream")).body?.getReader();
    await reader?.read();
    const { status } = await world.api("/api/products/shop", { method: "PATCH", body: { hidesLogs: true } });
    expect(status).toBe(200);
    for (let chunk = await whileTimePasses(reader?.read()); chunk && !chunk.done; ) {
      chunk = await whileTimePasses(reader?.read());
    }
    expect((await ask("/products/shop/logs/stream")).status).toBe(403);
  });

  it("are hidden on the product's settings, and the tab goes", async () => {
    const admin = await signedIn(world, await aPerson(world));
    await admin.get("/products/shop/settings");
    const saved = await admin.post("/products/shop/settings", { logs: "hidden" });
    expect(saved.location).toBe("/products/shop/settings?done=saved");
    expect((await admin.get("/products/shop/settings")).html).toContain('<option value="hidden" selected');
    expect((await world.store.products.get(product.id))?.hidesLogs).toBe(true);
    const [action] = await world.store.audit.list({ limit: 1 });
    expect(action).toMatchObject({
      who: "Ada",
      subject: "shop",
      detail: "logs of services: open to viewers → hidden from viewers",
    });

    const viewer = await (await (await aReader("viewer"))("/products/shop")).text();
    expect(viewer).not.toContain("/products/shop/logs");
    expect(await (await (await aReader("deployer"))("/products/shop")).text()).toContain("/products/shop/logs");
    await admin.post("/products/shop/settings", { logs: "open" });
    expect((await world.store.products.get(product.id))?.hidesLogs).toBe(false);
  });

  it("are refused with the role that it takes", async () => {
    await world.store.products.update(product.id, { hidesLogs: true });
    const answer = await (await aReader("viewer"))("/products/shop/logs");
    expect(await answer.text()).toContain(
      "You may not read the services&#39; logs (hidden from viewers) of shop: that takes the role deployer for it, and yours is viewer.",
    );
  });
});
