import { Hono } from "hono";
import { expect, test } from "vitest";
import type { WebEnv } from "../../../server/web/http/web-context.ts";
import { createStepCookie, type SignInStep } from "../../../server/web/sign-in/step-cookie.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";

const step: SignInStep = { type: "code", userId: 7, passwordMark: "mark", next: "/queue" };

/** A browser that is given a step and brings it back. */
function browser(trustworthy = true) {
  const clock = createFakeClock();
  const steps = createStepCookie(clock, { trustworthy });
  const app = new Hono<WebEnv>()
    .get("/set", (c) => {
      steps.set(c, step);
      return c.text("");
    })
    .get("/read/:type", (c) => c.json(steps.read(c, c.req.param("type") as SignInStep["type"])))
    .get("/clear", (c) => {
      steps.clear(c);
      return c.text("");
    });
  return {
    clock,
    async set() {
      const line = (await app.request("/set")).headers.get("set-cookie") ?? "";
      return { line, cookie: line.split(";")[0] ?? "" };
    },
    read: async (cookie: string, type = "code") => (await app.request(`/read/${type}`, { headers: { cookie } })).json(),
    clear: async () => (await app.request("/clear")).headers.get("set-cookie"),
  };
}

test("a step comes back from the browser, which cannot read it", async () => {
  const { set, read } = browser();
  const { line, cookie } = await set();
  expect(line).toMatch(/^__Host-baton-step=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  expect(Buffer.from(cookie.split("=")[1] ?? "", "base64url").toString("latin1")).not.toContain("queue");
  expect(await read(cookie)).toEqual(step);
});

test("a step of another kind is none", async () => {
  const { set, read } = browser();
  const { cookie } = await set();
  expect(await read(cookie, "passkey")).toBeNull();
});

test("a step is over after ten minutes, whatever the browser keeps", async () => {
  const { set, read, clock } = browser();
  const { cookie } = await set();
  clock.advance(599_999);
  expect(await read(cookie)).not.toBeNull();
  clock.advance(1);
  expect(await read(cookie)).toBeNull();
});

test("a changed, made-up or foreign cookie is no step", async () => {
  const { set, read } = browser();
  const { cookie } = await set();
  const changed = `${cookie.slice(0, -2)}${cookie.endsWith("AA") ? "BB" : "AA"}`;
  const foreign = (await browser().set()).cookie;
  for (const wrong of [changed, foreign, "__Host-baton-step=", "__Host-baton-step=abc", "other=1"]) {
    expect(await read(wrong), wrong).toBeNull();
  }
});

test("a step is cleared, and has a cookie that browsers keep on plain http", async () => {
  const { set, clear } = browser(false);
  expect((await set()).line).toMatch(/^baton-step=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(await clear()).toContain("Max-Age=0");
});
