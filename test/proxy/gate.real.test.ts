import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGate } from "../../server/proxy/switch/gate.ts";
import { get } from "./http-client.ts";
import { createTestBed, portOf } from "./real-caddy.ts";
import { deployment, installation, routesFor, webOn } from "./sample-routes.ts";

const signal = AbortSignal.timeout(120_000);
const host = "shop.localhost";
let bed: Awaited<ReturnType<typeof createTestBed>>;
const gate = () => createGate({ routesFolder: bed.options.routesFolder, innerPort: bed.options.internalPorts.proof });

/** Answers with what it was sent. */
const app = createServer(async (asked, response) => {
  const { host: name, "x-forwarded-for": from, "x-forwarded-host": forHost, "x-forwarded-proto": by } = asked.headers;
  response.end(JSON.stringify({ name, from, forHost, by, method: asked.method, body: await text(asked) }));
});

beforeAll(async () => {
  bed = await createTestBed();
  await once(app.listen(0, "127.0.0.1"), "listening");
  await bed.proxy.start(signal);
  await bed.proxy.setRoutes([routesFor(1, host)], signal);
  await bed.proxy.prepare(installation(1), deployment(1), webOn(portOf(app)));
  await bed.proxy.switchTo(installation(1), deployment(1));
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  app.close();
});

async function post(body: string): Promise<string> {
  const { httpPort } = bed.options;
  const asked = request({ host: "127.0.0.1", port: httpPort, method: "POST", headers: { Host: host }, agent: false });
  const response = once(asked.end(body), "response") as Promise<[IncomingMessage]>;
  const [answer] = await response;
  return text(answer);
}

test("requests wait while the gate is closed, and the app is then asked as if they had not", async () => {
  const usual = [await get(bed.options.httpPort, host), await post("a long order")];
  await gate().close(Date.now() + 60_000);
  const [waiting, posting] = [get(bed.options.httpPort, host), post("a long order")];
  expect(await Promise.race([waiting, posting, delay(700, "waits")])).toBe("waits");
  await gate().open();
  const answer = await waiting;
  expect([answer.status, answer.body]).toEqual([200, (usual[0] as typeof answer).body]);
  expect(answer.headers["x-baton-deployment"]).toBeUndefined();
  expect(await posting).toBe(usual[1]);
});

test("a gate whose keeper is gone lets later requests past, and Baton opens it for those who wait", async () => {
  await gate().close(Date.now() + 1_000);
  const waiting = get(bed.options.httpPort, host);
  expect(await Promise.race([waiting, delay(500, "waits")])).toBe("waits");
  await delay(700);
  expect((await get(bed.options.httpPort, host)).status).toBe(200);
  await gate().tend(Date.now());
  expect((await waiting).status).toBe(200);
});

test("a gate that somebody keeps closed is left closed by Baton", async () => {
  await gate().close(Date.now() + 60_000);
  await gate().tend(Date.now());
  const waiting = get(bed.options.httpPort, host);
  expect(await Promise.race([waiting, delay(300, "waits")])).toBe("waits");
  await gate().open();
  expect((await waiting).status).toBe(200);
});
