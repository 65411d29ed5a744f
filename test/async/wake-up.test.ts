import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { createWakeUp } from "../../server/async/wake-up.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";

const never = new AbortController().signal;

test("what happened before the question is remembered, and told once", async () => {
  const clock = createFakeClock();
  const news = createWakeUp(clock);
  news.wake();
  expect(await news.next(1000, never)).toBe("woken");
  const next = news.next(1000, never);
  clock.advance(1000);
  expect(await next).toBe("idle");
});

test("what happens while somebody waits wakes at once", async () => {
  const news = createWakeUp(createFakeClock());
  const next = news.next(1000, never);
  news.wake();
  expect(await next).toBe("woken");
});

test("whoever leaves stops waiting", async () => {
  const leaving = new AbortController();
  const next = createWakeUp(createFakeClock()).next(1000, leaving.signal);
  leaving.abort(new Error("left"));
  await expect(next).rejects.toThrow("left");
});

test("who was woken leaves nothing behind: no sleeper, and no listener on the signal", async () => {
  const clock = createFakeClock();
  const news = createWakeUp(clock);
  const { signal } = new AbortController();
  for (let times = 0; times < 20; times++) {
    const next = news.next(1000, signal);
    news.wake();
    await next;
  }
  expect([clock.sleeping, getEventListeners(signal, "abort").length]).toEqual([0, 0]);
});
