import { once } from "node:events";
import type { Agent, IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { get, keepAliveAgent, open } from "./http-client.ts";
import { createTestBed } from "./real-caddy.ts";
import { deployment, installation, local, routesFor, webOn } from "./sample-routes.ts";
import { startApp } from "./test-app.ts";

const signal = AbortSignal.timeout(120_000);
const shop = installation(1);
const host = "shop.localhost";
let bed: Awaited<ReturnType<typeof createTestBed>>;
let first: Awaited<ReturnType<typeof startApp>>;
let second: Awaited<ReturnType<typeof startApp>>;

beforeAll(async () => {
  [bed, first, second] = await Promise.all([createTestBed(), startApp("first"), startApp("second")]);
  await bed.proxy.start(signal);
  await bed.proxy.setRoutes([routesFor(1, host)], signal);
  await bed.proxy.prepare(shop, deployment(1), webOn(first.port));
  await bed.proxy.prepare(shop, deployment(2), webOn(second.port));
});
beforeEach(async () => {
  await bed.proxy.switchTo(shop, deployment(1));
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

test("300 cut-overs under load lose no request, and none goes back to the version before", async () => {
  const names = ["first", "second"];
  const flips = { begun: 0, done: 0 };
  let answered = 0;
  let over = false;

  async function client(agent?: Agent) {
    while (!over) {
      const doneBefore = flips.done;
      const { status, body } = await get(bed.options.httpPort, host, agent === undefined ? {} : { agent });
      // The answer must come from the version that was live when the request began, or from one that a cut-over has
      // made live since.
      const fits = body === names[doneBefore % 2] || (body === names[(doneBefore + 1) % 2] && flips.begun > doneBefore);
      if (status !== 200 || !fits) throw new Error(`After ${doneBefore} cut-overs: ${status} ${body}`);
      answered += 1;
    }
  }

  const agents = [keepAliveAgent(), keepAliveAgent()];
  const clients = [client(), client(), ...agents.map(client)].map((running) => running.finally(() => (over = true)));
  const load = Promise.all(clients);
  const tookMs: number[] = [];
  while (flips.done < 300 && !over) {
    flips.begun += 1;
    tookMs.push((await bed.proxy.switchTo(shop, deployment((flips.begun % 2) + 1))).tookMs);
    flips.done += 1;
    const enough = answered + 4;
    await vi.waitUntil(() => answered >= enough || over, { interval: 1, timeout: 10_000 });
  }
  over = true;
  await load;
  for (const agent of agents) agent.destroy();

  expect(flips.done).toBe(300);
  expect(answered).toBeGreaterThanOrEqual(1_200);
  expect(Math.min(...tookMs)).toBeLessThan(2);
});

test("what is under way at a cut-over ends on the old version, and is counted until then", async () => {
  const { proxy, options } = bed;
  const slowArrives = first.nextArrival();
  const slow = get(options.httpPort, host, { path: "/slow" });
  await slowArrives;
  const events = await open(options.httpPort, host, { path: "/events" });
  const socket = await connect(host);
  expect(await proxy.inFlight(local(first.port), signal)).toBe(3);

  await proxy.switchTo(shop, deployment(2));
  expect(await get(options.httpPort, host)).toMatchObject({ body: "second" });
  expect(await proxy.inFlight(local(first.port), signal)).toBe(3);
  expect(await echo(socket, "still there?")).toBe("first: still there?");

  first.release();
  expect(await slow).toMatchObject({ status: 200, body: "first" });
  expect(await text(events)).toBe("data: first\n\nfirst");
  await inFlightFalls(first.port, 1);
  expect(await echo(socket, "and now?")).toBe("first: and now?");

  socket.close();
  await inFlightFalls(first.port, 0);
});

test("events of a stream arrive as they are sent, not when it ends", async () => {
  const stream = await open(bed.options.httpPort, host, { path: "/events" });
  expect(await firstChunk(stream)).toBe("data: first\n\n");
  stream.destroy();
  await inFlightFalls(first.port, 0);
});

test("a load that brings and takes hosts leaves the requests, streams and WebSockets of other apps alone", async () => {
  const { proxy, options } = bed;
  const socket = await connect(host);
  const stream = await open(options.httpPort, host, { path: "/events" });

  for (const more of [["a.localhost"], ["a.localhost", "b.localhost"], []]) {
    await proxy.setRoutes([routesFor(1, host), routesFor(2, ...more)], signal);
  }

  expect(await echo(socket, "hello")).toBe("first: hello");
  expect(await proxy.inFlight(local(first.port), signal)).toBe(2);
  first.release();
  expect(await text(stream)).toBe("data: first\n\nfirst");
  socket.close();
  await inFlightFalls(first.port, 0);
});

test("an address that nobody has asked for has nothing in flight", async () => {
  expect(await bed.proxy.inFlight(local(1), signal)).toBe(0);
});

async function connect(name: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${bed.options.httpPort}/`, { headers: { Host: name } });
  await once(socket, "open");
  return socket;
}

async function echo(socket: WebSocket, message: string): Promise<string> {
  const closed = new AbortController();
  socket.once("close", () => closed.abort(new Error("The WebSocket was closed.")));
  expect(socket.readyState).toBe(WebSocket.OPEN);
  const answer = once(socket, "message", { signal: closed.signal });
  socket.send(message);
  return String((await answer)[0]);
}

async function firstChunk(stream: IncomingMessage): Promise<string> {
  return String((await once(stream, "data"))[0]);
}

async function inFlightFalls(port: number, to: number): Promise<void> {
  await vi.waitUntil(async () => (await bed.proxy.inFlight(local(port), signal)) === to, {
    interval: 10,
    timeout: 5_000,
  });
}
