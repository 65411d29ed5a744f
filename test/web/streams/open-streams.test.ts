import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { User } from "../../../server/model/access/user.ts";
import { createOpenStreams } from "../../../server/web/streams/open-streams.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { aBrowser, type FakeBrowser } from "../browser.ts";
import { aPerson, password, signedIn } from "../people.ts";
import { createWorld, origin, type World } from "../world.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

test("a stream ends when its credential does, however that came, and others go on", async () => {
  const open = createOpenStreams({ clock: createFakeClock() });
  const valid = new Set(["a", "b"]);
  const ended: string[] = [];
  const add = (key: string) => open.add({ key, holds: async () => valid.has(key) }, () => ended.push(key));
  add("a");
  const forget = add("b");
  open.endAll("c");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ended).toEqual([]);
  valid.delete("a");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ended).toEqual(["a"]);
  forget();
  open.endAll("b");
  expect(ended).toEqual(["a"]);
});

test("a database that does not answer ends nothing; four hours do", async () => {
  const clock = createFakeClock();
  const open = createOpenStreams({ clock });
  const ended: string[] = [];
  open.add({ key: "a", holds: () => Promise.reject(new Error("away")) }, ({ message }) => ended.push(message));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ended).toEqual([]);
  clock.advance(4 * 60 * 60 * 1000);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ended).toEqual(["it has lasted for four hours: open it again"]);
});

test("nothing is asked for when no stream is open", () => {
  const open = createOpenStreams({ clock: createFakeClock() });
  const forget = open.add({ key: "a", holds: async () => true }, () => {});
  expect(vi.getTimerCount()).toBe(1);
  forget();
  expect(vi.getTimerCount()).toBe(0);
});

/** Resolves with the rest of the response. */
async function rest(answer: Response): Promise<string> {
  return new Response(answer.body).text();
}

const streams = ["/queue/stream", "/stream", "/api/deployments/1/events", "/api/deployments/1/log?follow=true"];

test.each(streams)("%s ends with the session: signed out, expired, taken away", async (path) => {
  for (const how of ["sign-out", "expiry", "taken away"]) {
    const world = await createWorld();
    const { installation } = await world.samples.product("shop");
    const { id } = world.samples.building(installation);
    const { cookie, csrf } = await world.signIn();
    const answer = await world.fetch(path.replace("1", String(id)), { headers: { cookie } });
    expect(answer.status).toBe(200);
    const end = rest(answer);
    if (how === "sign-out") {
      const headers = { cookie, origin, "sec-fetch-site": "same-origin" };
      await world.fetch("/sign-out", { method: "POST", headers, body: new URLSearchParams({ csrf }) });
    } else if (how === "expiry") world.clock.advance(15 * 24 * 60 * 60 * 1000);
    else await world.store.access.closeSession(cookie.split("=")[1] ?? "");
    if (how !== "sign-out") await vi.advanceTimersByTimeAsync(5_000);
    await end;
  }
});

test("a stream that a token opened ends when the token is replaced", async () => {
  const world = await createWorld();
  const { installation } = await world.samples.product("shop");
  const { id } = world.samples.building(installation);
  const end = rest(await world.api(`/api/deployments/${id}/events`));
  await world.store.access.setAdminToken("admin", "another token, long enough for an administrator");
  await vi.advanceTimersByTimeAsync(5_000);
  await end;
});

/** No timer runs: what has ended is over before the request that ended it is answered. */
test.each<
  [
    string,
    (
      world: World,
      of: { readonly ada: User; readonly admin: FakeBrowser; readonly elsewhere: FakeBrowser },
    ) => Promise<unknown>,
  ]
>([
  [
    "its session was ended on the account page",
    async (world, { ada, elsewhere }) => {
      const sessions = await world.store.access.listSessions(ada.id, world.clock.now());
      const first = Math.min(...sessions.map(({ id }) => id));
      expect((await elsewhere.post(`/account/sessions/${first}/end`)).status).toBe(303);
    },
  ],
  ["its user signed out everywhere else", (_, { elsewhere }) => elsewhere.post("/account/sessions/end-others")],
  [
    "its user changed their password",
    (_, { elsewhere }) => elsewhere.post("/account/password", { current: password, password: "another horse battery" }),
  ],
  ["its user got another role", (_, { ada, admin }) => admin.post(`/people/${ada.id}`, { role: "viewer" })],
  ["its user was disabled", (_, { ada, admin }) => admin.post(`/people/${ada.id}/disable`)],
  ["its user was removed", (_, { ada, admin }) => admin.post(`/people/${ada.id}/remove`)],
  [
    "its user used a password link",
    async (world, { ada, admin }) => {
      const { html } = await admin.post(`/people/${ada.id}/reset-link`);
      const path = /\/join\/[\w-]+/.exec(html)?.[0] ?? "";
      const { status } = await aBrowser(world).post(path, { password: "another horse battery" });
      expect(status).toBe(303);
    },
  ],
])("a stream ends at once when %s", async (_, act) => {
  const world = await createWorld();
  const [ada, admin] = [await aPerson(world, "Ada"), await signedIn(world, await aPerson(world, "Grace"))];
  const own = await signedIn(world, ada);
  world.clock.advance(1_000);
  const elsewhere = await signedIn(world, ada);
  const cookie = [...own.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await world.fetch("/queue/stream", { headers: { cookie } });
  expect(answer.status).toBe(200);
  const end = rest(answer);
  await act(world, { ada, admin, elsewhere });
  await end;
});

test("a stream that a token opened ends at once when the token is revoked", async () => {
  const world = await createWorld();
  const { installation } = await world.samples.product("shop");
  const { id } = world.samples.building(installation);
  const made = await world.read("/api/tokens", { method: "POST", body: { name: "ci", scopes: ["read"] } });
  const authorization = `Bearer ${made.json.token}`;
  const answer = await world.fetch(`/api/deployments/${id}/events`, { headers: { authorization } });
  expect(answer.status).toBe(200);
  const end = rest(answer);
  await world.api(`/api/tokens/${made.json.id}`, { method: "DELETE" });
  await end;
});
