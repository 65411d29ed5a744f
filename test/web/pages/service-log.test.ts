import { expect, test, vi } from "vitest";
import type { ContainerId } from "../../../server/model/names/ids.ts";
import { containersOfLog, readTail } from "../../../server/web/pages/product/service-log.ts";
import { serviceLogBlocks } from "../../../server/web/pages/product/service-log-blocks.ts";
import { aService } from "../../model/a-deployment.ts";
import { aMember, type Member } from "../member.ts";
import { sampleContainer, sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

const never = new AbortController().signal;

async function shopWith(output: Readonly<Record<string, readonly string[]>>) {
  const world = await createWorld();
  const { product, installation } = await world.samples.product("shop");
  const live = world.samples.live(installation);
  const names = Object.keys(output);
  const services = names.map((name) => aService({ name }));
  const spec = { ...sampleSpec("shop"), stacks: [{ name: "shop", services }] };
  const withSpec = world.store.put({ ...live, spec });
  for (const [index, service] of names.entries()) {
    const id = String(index).repeat(64) as ContainerId;
    world.engine.containers.push(sampleContainer(withSpec, product.id, { id, service }));
    world.engine.output.set(id, output[service] ?? []);
  }
  return { world, live: withSpec, containers: world.engine.containers };
}

test("the log is that of the live version's containers, in the order of its services", async () => {
  const { live, containers } = await shopWith({ web: [], api: [] });
  const stranger = sampleContainer(live, 1 as never, { service: "api", owner: { ...live, deployment: 1 } as never });
  const all = [containers[1], stranger, containers[0]].filter((container) => container !== undefined);
  expect(containersOfLog(all, live, null).map(({ service }) => service)).toEqual(["web", "api"]);
  expect(containersOfLog(all, live, "api")).toEqual([containers[1]]);
});

test("the last lines of all services are no more than asked for", async () => {
  const { world, containers } = await shopWith({ web: ["1", "2", "3"], api: ["4", "5"] });
  const lines = await readTail(world.engine, containers, 4, (text) => text, never);
  expect(lines.map(({ text }) => text)).toEqual(["2", "3", "4", "5"]);
});

test("a time is shown once a second, and services by name only where there are several", () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 31, 12, 0, second));
  const lines = [
    { service: "web", at: at(1), text: "a" },
    { service: "web", at: at(1), text: "b" },
    { service: "web", at: at(2), text: "c" },
  ];
  expect(serviceLogBlocks(lines, ["web"]).map(({ time, lines: text, service }) => [time, text, service])).toEqual([
    ["12:00:01", ["a", "b"], null],
    ["12:00:02", ["c"], null],
  ]);
  expect(serviceLogBlocks(lines, ["api", "web"])[0]?.service).toEqual({ name: "web", hue: 1 });
});

test("the page reads without scripts, is searched, and shows what is hostile as text", async () => {
  const { world } = await shopWith({
    web: ["GET / 200", "<img src=x onerror=alert(1)>", "\u001b[31mERROR\u001b[0m no"],
  });
  const member = await aMember(world);
  const { html, text } = await member.get("/products/shop/logs");
  expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
  expect(html).toContain('<li class="line line-output is-error"');
  expect(text).toContain("GET / 200");
  expect((await member.get("/products/shop/logs?q=error")).text).not.toContain("GET / 200");
  expect((await member.get("/products/shop/logs?service=nobody")).status).toBe(200);
});

/** Advances the clock while it reads, because the stream may sleep before a read or after it. */
async function readUntil(text: string, world: World, member: Member): Promise<string> {
  const answer = await member.stream("/products/shop/logs/stream?environment=production");
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  const reading = (async () => {
    while (!heard.includes(text)) {
      const chunk = await reader?.read();
      if (!chunk || chunk.done) throw new Error(`it ended after ${JSON.stringify(heard)}`);
      heard += chunk.value;
    }
  })();
  while (!heard.includes(text)) {
    world.clock.advance(200);
    await Promise.race([reading, new Promise((resolve) => setImmediate(resolve))]);
  }
  await reader?.cancel();
  return heard;
}

test("the stream begins the log anew, then brings what is printed", async () => {
  const { world } = await shopWith({ web: ["hello <b>"] });
  const member = await aMember(world);
  const heard = await readUntil("hello", world, member);
  expect(heard).toMatch(/data-log-restart.*hx-target="#log-incoming".*data-log-lines="[^"]*hello &lt;b&gt;/s);
});

test("the page and its stream hide what secret variables hold", async () => {
  const secret = "correct-horse-battery";
  const { world, live } = await shopWith({ web: [`signed in with ${secret}`] });
  world.store.put({ ...live, spec: { ...live.spec, variables: { DB_PASSWORD: secret } } });
  const member = await aMember(world);
  const { html } = await member.get("/products/shop/logs");
  expect(html).toContain("signed in with [hidden: DB_PASSWORD]");
  expect(html).not.toContain(secret);

  const heard = await readUntil("signed in", world, member);
  expect(heard).toContain("signed in with [hidden: DB_PASSWORD]");
  expect(heard).not.toContain(secret);
});

test("viewers of a log share one stream from Docker, and one who comes later gets the beginning as well", async () => {
  const { world } = await shopWith({ web: ["hello", "again"] });
  const logs = vi.spyOn(world.engine, "logs");
  const [one, other] = [await aMember(world), await aMember(world)];
  const first = await one.stream("/products/shop/logs/stream?environment=production");
  expect(await readUntil("again", world, other)).toContain("hello");
  expect(logs).toHaveBeenCalledOnce();
  await first.body?.cancel();
});
