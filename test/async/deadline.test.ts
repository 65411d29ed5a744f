import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deadline } from "../../server/async/deadline.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("it aborts by itself when the time is up", () => {
  using limit = deadline(new AbortController().signal, 100);
  vi.advanceTimersByTime(99);
  expect(limit.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(limit.signal.reason).toMatchObject({ name: "TimeoutError" });
});

test("it aborts with its parent, for the parent's reason", () => {
  const parent = new AbortController();
  using limit = deadline(parent.signal, 100);
  parent.abort("cancelled");
  expect(limit.signal.reason).toBe("cancelled");
  expect(deadline(parent.signal, 100).signal.reason).toBe("cancelled");
});

test("once disposed it leaves nothing behind: no timer, no listener", () => {
  const parent = new AbortController();
  const forget = vi.spyOn(parent.signal, "removeEventListener");
  deadline(parent.signal, 100)[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
  expect(forget).toHaveBeenCalledOnce();
});
