import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Building } from "../../../server/model/deployment/deployment.ts";
import type { EventBody } from "../../../server/model/deployment/event.ts";
import type { Installation } from "../../../server/model/product.ts";
import { eventReader, type HeardEvent } from "../event-reader.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let installation: Installation;
let deployment: Building;
let closing: AbortController;
beforeEach(async () => {
  closing = new AbortController();
  world = await createWorld({ closing: closing.signal });
  ({ installation } = await world.samples.product("shop"));
  deployment = world.samples.building(installation);
});

const note = (text: string): EventBody => ({ type: "note", text });
const append = (...bodies: readonly EventBody[]) => world.store.events.append(deployment.id, bodies);
const finish = () => {
  const end = {
    status: "stopped",
    reason: "cancelled",
    finishedAt: world.clock.now(),
    spec: null,
    readyAt: null,
  } as const;
  world.store.put({ ...deployment, ...end });
};

/** Opens the stream like a browser. Returns the fields of its events that these tests check. */
async function open(query = "", headers: Record<string, string> = {}) {
  const leave = new AbortController();
  const answer = await world.api(`/api/deployments/${deployment.id}/events${query}`, { headers, signal: leave.signal });
  const reader = eventReader(answer);
  return {
    ...{ ...reader, answer },
    leave: () => leave.abort(),
    until: async (count: number) => (await reader.until(count)).map(checkedFields),
    rest: async () => (await reader.rest()).map(checkedFields),
  };
}

function checkedFields({ id, event, data }: HeardEvent) {
  return { id: Number(id), type: event, text: (data as { readonly text?: string }).text };
}

describe("the events of a deployment", () => {
  test("are replayed, then followed, and end when it is settled", async () => {
    await append(note("one"), note("two"));
    const stream = await open();
    expect(stream.answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    await stream.until(2);
    await append(note("three"));
    await stream.until(3);
    finish();
    await append({ type: "settled" });
    expect(await stream.rest()).toEqual([
      { id: 1, type: "note", text: "one" },
      { id: 2, type: "note", text: "two" },
      { id: 3, type: "note", text: "three" },
      { id: 4, type: "settled", text: undefined },
    ]);
    expect(stream.retryMs()).toBe(2000);
  });

  test("come whole and in order when there are thousands, and more while they are read", async () => {
    await append(...Array.from({ length: 1_500 }, (_, index) => note(String(index))));
    const stream = await open();
    await stream.until(10);
    await append(...Array.from({ length: 500 }, (_, index) => note(String(1_500 + index))), { type: "settled" });
    finish();
    const events = await stream.rest();
    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 2_001 }, (_, index) => index + 1));
  });

  test.each<[string, string, Record<string, string>]>([
    ["?after=", "?after=2", {}],
    ["Last-Event-ID", "", { "last-event-id": "2" }],
    ["Last-Event-ID, which is newer than the URL", "?after=1", { "last-event-id": "2" }],
  ])("go on after the one that is named by %s", async (_, query, headers) => {
    await append(note("one"), note("two"), note("three"), { type: "settled" });
    finish();
    expect((await (await open(query, headers)).rest()).map(({ id }) => id)).toEqual([3, 4]);
  });

  test.each(["x", "-1", "1.5", "1e9", ""])("start from the beginning for the Last-Event-ID %j", async (id) => {
    await append(note("one"), { type: "settled" });
    finish();
    expect(await (await open("", { "last-event-id": id })).rest()).toHaveLength(2);
  });

  test("are over with 204, so that a browser stops asking, unless there is something new", async () => {
    await append(note("one"), { type: "settled" });
    finish();
    const again = await open("", { "last-event-id": "2" });
    expect([again.answer.status, again.answer.body]).toEqual([204, null]);
    await append({ type: "status", status: "stopped", reason: "stopped by hand" });
    expect((await open("", { "last-event-id": "2" })).answer.status).toBe(200);
  });

  test("keep the connection awake with a comment every 15 s", async () => {
    await append(note("one"));
    const stream = await open();
    await stream.until(1);
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));
    world.clock.advance(15_000);
    await stream.comment();
    stream.leave();
  });

  test("end some time after the drain limit, also when nobody said that it is settled", async () => {
    await append(note("one"));
    const stream = await open();
    await stream.until(1);
    finish();
    for (let i = 0; i < 3; i++) {
      await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));
      world.clock.advance(15_000);
      await stream.comment();
    }
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));
    world.clock.advance(15_000);
    expect(await stream.rest()).toHaveLength(1);
  });

  test("are not listened to any more by a stream whose client has left", async () => {
    await append(note("one"));
    const stream = await open();
    await stream.until(1);
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(1));
    stream.leave();
    await vi.waitFor(() => expect(world.clock.sleeping).toBe(0));
  });

  test("end when the server shuts down", async () => {
    await append(note("one"));
    const stream = await open();
    await stream.until(1);
    closing.abort();
    expect(await stream.rest()).toHaveLength(1);
  });

  test("are not begun for a HEAD, which nobody would end", async () => {
    const answer = await world.api(`/api/deployments/${deployment.id}/events`, { method: "HEAD" });
    expect([answer.status, answer.body]).toEqual([200, null]);
    expect(world.clock.sleeping).toBe(0);
  });
});
