import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { createWakeUp } from "../../server/async/wake-up.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";

const never = new AbortController().signal;

test("a wake-up that comes before anybody waits is remembered, and delivered once", async () => {
  const clock = createFakeClock();
  const news = createWakeUp(clock);
  news.wake();
  expect(await news.next(1000, never)).toBe("woken");
  const next = news.next(1000, never);
  clock.advance(1000);
  expect(await next).toBe("idle");
});

test("a wake-up ends the wait at once", async () => {
  const news = createWakeUp(createFakeClock());
  const next = news.next(1000, never);
  news.wake();
  expect(await next).toBe("woken");
});

test("an aborted wait ends", async () => {
  const leaving = new AbortController();
  const next = createWakeUp(createFakeClock()).next(1000, leaving.signal);
  leaving.abort(new Error("left"));
  await expect(next).rejects.toThrow("left");
});

test("a wait that has ended leaves no sleeper and no listener on the signal", async () => {
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
