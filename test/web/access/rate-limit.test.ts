import { expect, test } from "vitest";
import { createFailureLimit } from "../../../server/web/access/rate-limit.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";

const failing = (times: number) => {
  const clock = createFakeClock();
  const limit = createFailureLimit({ clock, perMinute: 10 });
  for (let i = 0; i < times; i++) limit.failed("192.0.2.1");
  return { clock, limit };
};

test("nine failures are forgiven", () => {
  expect(failing(9).limit.retryAfterSeconds("192.0.2.1")).toBeNull();
});

test("after ten one has to wait, as long as it takes to be given another", () => {
  const { clock, limit } = failing(10);
  expect(limit.retryAfterSeconds("192.0.2.1")).toBe(6);
  clock.advance(6_000);
  expect(limit.retryAfterSeconds("192.0.2.1")).toBeNull();
});

test("nobody waits for somebody else's failures", () => {
  expect(failing(50).limit.retryAfterSeconds("192.0.2.2")).toBeNull();
});

test("a long rest gives no more than ten", () => {
  const { clock, limit } = failing(10);
  clock.advance(3_600_000);
  for (let i = 0; i < 10; i++) limit.failed("192.0.2.1");
  expect(limit.retryAfterSeconds("192.0.2.1")).toBe(6);
});

test("it remembers no more than ten thousand peers, and forgets the quietest", () => {
  const { limit } = failing(10);
  for (let i = 0; i < 10_000; i++) limit.failed(`peer ${i}`);
  expect(limit.retryAfterSeconds("192.0.2.1")).toBeNull();
});
