import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Deployment, Failure, Ready, Transition } from "../../../server/model/deployment/deployment.ts";
import type { StackProgress } from "../../../server/model/deployment/event.ts";
import type { DeploymentSpec } from "../../../server/model/deployment/spec.ts";
import type { Installation } from "../../../server/model/product.ts";
import { aService } from "../../model/a-deployment.ts";
import { eventReader } from "../event-reader.ts";
import { sampleSpec } from "../samples.ts";
import { createWorld, token, type World } from "../world.ts";

let world: World;
let installation: Installation;
let closing: AbortController;
beforeEach(async () => {
  closing = new AbortController();
  world = await createWorld({ closing: closing.signal });
  ({ installation } = await world.samples.product("shop"));
});

const spec: DeploymentSpec = {
  ...sampleSpec("shop"),
  stacks: [
    { name: "backend", services: [aService({ name: "api" }), aService({ name: "db", kind: "tcp" })] },
    { name: "front_end", services: [aService({ name: "web" })] },
  ],
};

function live(): Ready {
  const row = world.samples.live(installation);
  return world.store.put({ ...row, spec });
}

const path = (environment: number = installation.environmentId) =>
  `/api/environments/${environment}/product-deployments/${installation.id}/redeploy`;
const call = (body?: unknown) => world.api(path(), { method: "POST", ...(body !== undefined && { body }) });
const progress = (session: string, init: { signal?: AbortSignal; headers?: Record<string, string> } = {}) =>
  world.api(`/api/progress/${session}`, init);

/** The queued redeploy in its current state. */
async function redeploy(): Promise<Deployment> {
  const [newest] = await world.store.deployments.list({ limit: 1 });
  if (!newest?.fresh) throw new Error("no redeploy was queued");
  return newest;
}

async function move(transition: Transition): Promise<void> {
  if (!(await world.store.deployments.move(await redeploy(), transition))) throw new Error("an illegal move");
}

const at = new Date("2026-01-31T12:00:05Z");
const begin = async () => {
  await move({ type: "claimed", at });
  await move({ type: "built", spec });
};
const succeed = async () => {
  await begin();
  await move({ type: "checked" });
  await move({ type: "switched", at, replacedId: null });
  await move({ type: "held", at });
};
const failure: Failure = {
  stage: "health",
  service: "api",
  message: "nothing listens on port 3000",
  hint: null,
  lastLines: [],
  exitCode: null,
  outOfMemory: false,
  lastProbe: null,
};
const stack = (name: string, more: Partial<StackProgress> = {}): StackProgress => ({
  name,
  status: "deploying",
  phase: "Checking health",
  percent: 60,
  serviceCount: name === "backend" ? 2 : 1,
  servicesDone: 0,
  currentService: null,
  message: null,
  ...more,
});
const fail = async () => {
  await begin();
  await world.store.events.append((await redeploy()).id, [
    { type: "stack", stack: stack("backend", { status: "failed", message: failure.message }) },
    { type: "stack", stack: stack("front_end", { status: "failed", message: "rolled back: api failed" }) },
  ]);
  await move({ type: "failed", at, failure });
};

const success = {
  success: true,
  message: "Product redeployed successfully",
  stackResults: [
    { stackName: "shop-backend", stackDisplayName: "Backend", serviceCount: 2, success: true },
    { stackName: "shop-front_end", stackDisplayName: "Front End", serviceCount: 1, success: true },
  ],
};

describe("a product redeploy", () => {
  test("is in the activity with the name of what was redeployed", async () => {
    live();
    await call();
    expect(world.store.rows.audit).toMatchObject([{ what: "redeployed everything in", subject: "shop" }]);
    closing.abort(new Error("the server stops"));
  });

  test("is the live version, afresh, with today's variables, and answers when it is over", async () => {
    const source = live();
    const answer = await call({ sessionId: "s-1" });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(await redeploy()).toMatchObject({
      trigger: "redeploy",
      by: "admin",
      commit: source.commit,
      sourceId: source.id,
      variables: "now",
      fresh: true,
      sessionId: "s-1",
    });
    expect(world.woken.queue).toBe(1);
    await succeed();
    expect(await answer.json()).toEqual(success);
    expect((await world.read("/api/deployments?limit=1")).json.items).toMatchObject([{ fresh: true }]);
  });

  test("keeps the connection awake with white space until then", async () => {
    live();
    const answer = await call();
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("\n");
    // The response sleeps until it has something to send, and the follower until its next look.
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(2));
    world.clock.advance(5_000);
    expect((await reader?.read())?.value).toBe("\n");
    await succeed();
    expect(JSON.parse((await reader?.read())?.value ?? "")).toEqual(success);
    expect((await reader?.read())?.done).toBe(true);
    expect(world.clock.sleeping).toBe(0);
  });

  test("that failed says so with 200, and of each stack why", async () => {
    live();
    const answer = await call({});
    await fail();
    expect(await answer.json()).toEqual({
      success: false,
      message: "The redeploy failed (health): nothing listens on port 3000",
      stackResults: [
        { ...success.stackResults[0], success: false, error: "nothing listens on port 3000" },
        { ...success.stackResults[1], success: false, error: "rolled back: api failed" },
      ],
    });
  });

  test("that is cancelled in the queue names every stack all the same", async () => {
    live();
    const answer = await call();
    await world.store.deployments.requestCancel((await redeploy()).id, at);
    const message = "The redeploy was stopped: cancelled";
    expect(await answer.json()).toEqual({
      success: false,
      message,
      stackResults: success.stackResults.map((result) => ({ ...result, success: false, error: message })),
    });
  });

  test("goes on when its client leaves", async () => {
    live();
    const leave = new AbortController();
    const answer = await world.api(path(), { method: "POST", signal: leave.signal });
    leave.abort();
    await answer.text().catch(() => {});
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(0));
    expect((await redeploy()).status).toBe("queued");
  });

  test("starts what was stopped: the last version that was ready", async () => {
    const source = live();
    await world.store.installations.stop(installation.id, at);
    const answer = await call();
    expect((await redeploy()).sourceId).toBe(source.id);
    await succeed();
    expect(await answer.json()).toEqual(success);
  });

  test("waits behind a deployment that is running", async () => {
    live();
    world.samples.building(installation);
    expect((await call()).status).toBe(200);
    expect((await redeploy()).status).toBe("queued");
  });

  test("cannot start where no version was ever ready, or where there is no such place", async () => {
    world.samples.failed(installation, {});
    expect(await world.read(path(), { method: "POST" })).toMatchObject({
      status: 409,
      json: { error: { code: "conflict" } },
    });
    live();
    expect((await world.read(path(77), { method: "POST" })).status).toBe(404);
    const nowhere = path().replace(String(installation.id), "99999");
    expect((await world.read(nowhere, { method: "POST" })).status).toBe(404);
    expect((await world.read(path().replace("environments/1", "environments/x"), { method: "POST" })).status).toBe(400);
    await expect(redeploy()).rejects.toThrow("no redeploy was queued");
  });

  test.each(["", " ", "a b", "ü", "x".repeat(129), 7])("does not take %j for a session", async (sessionId) => {
    live();
    expect((await world.read(path(), { method: "POST", body: { sessionId } })).status).toBe(400);
  });

  test("sends its headers at once, also over a real connection", async () => {
    live();
    const server = createServer(getRequestListener(world.app.fetch)).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const headers = { authorization: `Bearer ${token}`, host: "127.0.0.1:4000" };
      const { port } = server.address() as AddressInfo;
      const asked = request({ port, host: "127.0.0.1", path: path(), method: "POST", headers }).end();
      const [answer] = (await once(asked, "response")) as [IncomingMessage];
      expect([answer.statusCode, (await redeploy()).status]).toEqual([200, "queued"]);
      await succeed();
      expect(await new Response(Readable.toWeb(answer) as ReadableStream).json()).toEqual(success);
    } finally {
      server.close();
    }
  });
});

describe("the progress of a redeploy", () => {
  test("can be listened to before it is requested, and is streamed from pending to done", async () => {
    live();
    const early = eventReader(await progress("s-1"));
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));
    world.clock.advance(15_000);
    await early.comment();

    const answer = await call({ sessionId: "s-1" });
    await early.until(3);
    const { id } = await redeploy();
    await begin();
    await world.store.events.append(id, [
      { type: "note", text: "nothing for it" },
      { type: "log", source: "build", service: "api", lines: ["nor this"] },
      { type: "log", source: "init", service: "migrate", lines: ["1 migration"] },
      { type: "stack", stack: stack("backend", { currentService: "api" }) },
    ]);
    await move({ type: "checked" });
    await move({ type: "switched", at, replacedId: null });
    await move({ type: "held", at });

    const events = await early.rest();
    const pending = {
      status: "pending",
      phase: null,
      percent: 0,
      servicesDone: 0,
      currentService: null,
      message: null,
    };
    const backend = { stackName: "shop-backend", name: "backend", displayName: "Backend", serviceCount: 2 };
    expect(events).toEqual([
      { id: undefined, event: "stack", data: { ...backend, ...pending } },
      {
        id: undefined,
        event: "stack",
        data: { stackName: "shop-front_end", name: "front_end", displayName: "Front End", serviceCount: 1, ...pending },
      },
      { id: "1", event: "status", data: { status: "queued", reason: null } },
      { id: "2", event: "status", data: { status: "building", reason: null } },
      { id: "3", event: "status", data: { status: "deploying", reason: null } },
      { id: "6", event: "log", data: { service: "migrate", lines: ["1 migration"] } },
      { id: "7", event: "stack", data: { ...stack("backend"), ...backend, currentService: "api" } },
      { id: undefined, event: "status", data: { status: "ready", reason: null } },
      { id: "8", event: "done", data: success },
    ]);
    expect(events.at(-1)?.data).toEqual(await answer.json());
  });

  test("is streamed to the end to a client that comes late, and not again to one that has read it", async () => {
    live();
    const answer = await call({ sessionId: "s-1" });
    await fail();
    const events = await eventReader(await progress("s-1")).rest();
    expect(events.at(-1)).toMatchObject({ event: "done", data: await answer.json() });
    const last = events.at(-1)?.id ?? "";
    const again = await progress("s-1", { headers: { "last-event-id": last } });
    expect([again.status, again.body]).toEqual([204, null]);

    const halfWay = await eventReader(await progress("s-1", { headers: { "last-event-id": "3" } })).rest();
    expect(halfWay.map(({ event }) => event)).toEqual(["stack", "stack", "status", "done"]);
    const almost = { headers: { "last-event-id": String(Number(last) - 1) } };
    expect((await eventReader(await progress("s-1", almost)).rest()).map(({ event }) => event)).toEqual([
      "status",
      "done",
    ]);
  });

  test("of a redeploy that was stopped by hand afterwards is still the success that it was", async () => {
    live();
    const answer = await call({ sessionId: "s-1" });
    await succeed();
    world.store.rows.installations.set(installation.id, { ...installation, liveDeploymentId: (await redeploy()).id });
    await world.store.installations.stop(installation.id, at);
    const events = await eventReader(await progress("s-1")).rest();
    expect(events.at(-1)).toMatchObject({ event: "done", data: { success: true } });
    expect(await answer.json()).toEqual(success);
  });

  test("of other sessions is not mixed in", async () => {
    live();
    const leave = new AbortController();
    const other = eventReader(await progress("s-2", { signal: leave.signal }));
    const answer = await call({ sessionId: "s-1" });
    await succeed();
    await answer.text();
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));
    leave.abort();
    expect(await other.rest().catch(() => [])).toEqual([]);
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(0));
  });

  test("is not waited for any longer when the server shuts down", async () => {
    const stream = eventReader(await progress("s-1"));
    closing.abort();
    expect(await stream.rest()).toEqual([]);
  });

  test.each(["a%20b", "%C3%BC", "x".repeat(129)])(
    "is not there for %j, which no session can be named",
    async (name) => {
      expect((await progress(name)).status).toBe(400);
    },
  );

  test("is for members", async () => {
    expect((await world.fetch("/api/progress/s-1")).status).toBe(401);
    expect((await world.fetch(path(), { method: "POST" })).status).toBe(401);
  });
});
