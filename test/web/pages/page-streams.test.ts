import { createParser, type EventSourceMessage } from "eventsource-parser";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Installation } from "../../../server/model/product.ts";
import { sampleContainer } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let installation: Installation;
let closing: AbortController;
beforeEach(async () => {
  closing = new AbortController();
  world = await createWorld({ closing: closing.signal });
  ({ installation } = await world.samples.product("shop"));
});
afterEach(() => closing.abort());

async function open(path: string, headers: Record<string, string> = {}) {
  const answer = await world.api(path, { headers });
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  return {
    async next() {
      for (;;) {
        const message = messages.shift();
        if (message) return message;
        const chunk = await reader?.read();
        if (!chunk || chunk.done) return null;
        parser.feed(chunk.value);
      }
    },
  };
}

const streamOf = (html: string) => /hx-sse:connect="([^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";

test("a deployment's page is given new lines to add and the parts that have changed, then the end", async () => {
  const { cookie } = await world.signIn();
  const deployment = world.samples.building(installation);
  await world.store.events.append(deployment.id, [{ type: "stage", stage: "build", text: "Building" }]);
  const page = await (await world.fetch(`/deployments/${deployment.id}`, { headers: { cookie } })).text();
  const stream = await open(streamOf(page));

  await world.store.events.append(deployment.id, [
    { type: "log", source: "build", service: null, lines: ["hello <b>"] },
  ]);
  const first = await stream.next();
  expect(first?.id).toBe("2");
  expect(first?.event).toBeUndefined();
  expect(first?.data).toContain('<hx-partial hx-target="#log-incoming" hx-swap="beforeend"><li data-log-lines="');
  expect(first?.data).toContain("hello &lt;b&gt;");

  await world.store.events.append(deployment.id, [{ type: "log", source: "build", service: null, lines: ["more"] }]);
  const second = await stream.next();
  expect(second?.data.match(/<hx-partial hx-target="#([\w-]+)"/g)).toEqual(['<hx-partial hx-target="#log-incoming"']);

  world.store.put({
    ...deployment,
    status: "stopped",
    reason: "cancelled",
    finishedAt: world.clock.now(),
    spec: null,
    readyAt: null,
  });
  await world.store.events.append(deployment.id, [
    { type: "status", status: "stopped", reason: "cancelled" },
    { type: "settled" },
  ]);
  const third = await stream.next();
  expect(third?.data).toContain("<title>Stopped · shop #1 · Baton</title>");
  expect(third?.data).toContain('<hx-partial hx-target="#summary" hx-swap="outerMorph">');
  expect((await stream.next())?.event).toBe("end");
  expect(await stream.next()).toBeNull();
});

test("the list of products stays what was searched for while things change", async () => {
  const { cookie } = await world.signIn();
  const other = await world.samples.product("blog");
  const page = await (await world.fetch("/?q=shop&view=dense", { headers: { cookie } })).text();
  expect(streamOf(page)).toMatch(/^\/stream\?q=shop&view=dense&shown=/);
  const stream = await open(streamOf(page));
  // The page, and the look that all pages share.
  await vi.waitFor(() => expect(world.clock.sleeping).toBe(2));

  world.samples.building(other.installation);
  const deployment = world.samples.building(installation);
  await world.store.events.append(deployment.id, [{ type: "status", status: "building", reason: null }]);
  world.clock.advance(500);
  const news = await stream.next();
  expect(news?.data).toContain('<hx-partial hx-target="#products" hx-swap="outerMorph">');
  expect(news?.data).toContain('id="product-shop"');
  expect(news?.data).toContain("product-line");
  expect(news?.data).not.toContain('id="product-blog"');
});

test("a deployment's page gets each change within two seconds, however quickly changes follow each other", async () => {
  const { cookie } = await world.signIn();
  const elsewhere = await world.samples.product("elsewhere");
  const watched = world.samples.building(installation);
  const page = await (await world.fetch(`/deployments/${watched.id}`, { headers: { cookie } })).text();
  const stream = await open(streamOf(page));
  await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));

  world.clock.advance(100);
  const other = world.samples.building(elsewhere.installation, { createdAt: world.clock.now() });
  await world.store.events.append(other.id, [{ type: "status", status: "building", reason: null }]);
  await vi.waitFor(() => expect(world.clock.sleeping).toBe(2));
  world.clock.advance(2_000);
  expect((await stream.next())?.data).toContain("elsewhere #1 started");
});

test("a product that is being stopped says so until its last container has stopped, and no longer", async () => {
  const { cookie } = await world.signIn();
  const live = world.samples.live(installation);
  world.engine.containers.push(sampleContainer(live, installation.productId));
  await world.store.installations.stop(installation.id, world.clock.now());
  const page = await (await world.fetch("/products/shop", { headers: { cookie } })).text();
  expect(page).toContain("</svg>Stopping</span>");
  const stream = await open(streamOf(page));
  await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));

  world.engine.containers.length = 0;
  world.clock.advance(500);
  await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));
  world.clock.advance(1_000);
  const message = await stream.next();
  expect(message?.data).toContain("</svg>Stopped</span>");
  expect(message?.data).not.toContain("Stopping");
});

test("a page that comes back after the end learns at once that nothing more follows", async () => {
  const { id } = world.samples.stopped(installation, "cancelled");
  await world.store.events.append(id, [{ type: "settled" }]);
  const stream = await open(`/deployments/${id}/stream?after=0`, { "last-event-id": "1" });
  expect((await stream.next())?.event).toBe("end");
});

test("the products are painted again when something has changed, and only then", async () => {
  const { cookie } = await world.signIn();
  world.samples.live(installation);
  const page = await (await world.fetch("/", { headers: { cookie } })).text();
  const stream = await open(streamOf(page));
  await vi.waitFor(() => expect(world.clock.sleeping).toBe(2));
  world.clock.advance(500);
  await vi.waitFor(() => expect(world.clock.sleeping).toBe(2));

  const building = world.samples.building(installation);
  await world.store.events.append(building.id, [{ type: "status", status: "building", reason: null }]);
  const message = await stream.next();
  expect(message?.data).toContain('<hx-partial hx-target="#products" hx-swap="outerMorph">');
  expect(message?.data).toContain(`href="/deployments/${building.id}"`);

  const again = await open("/stream", { "last-event-id": message?.id ?? "" });
  const failed = world.samples.failed(installation, { message: "it broke" });
  world.store.rows.deployments.delete(building.id);
  let painted: EventSourceMessage | null = null;
  const next = again.next().then((found) => {
    painted = found;
  });
  await world.store.events.append(failed.id, [{ type: "status", status: "failed", reason: null }]);
  await vi.waitFor(() => {
    world.clock.advance(500);
    expect(painted).not.toBeNull();
  });
  await next;
  expect(painted).toMatchObject({ data: expect.stringContaining("It broke") });
});
