import { describe } from "vitest";
import { systemClock } from "../../../server/boot/system-clock.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createVirtualTime } from "../../fakes/virtual-time.ts";
import { clockContract } from "./clock.ts";

describe("the system's clock", () => {
  // A timeout keeps neither a process nor a test alive.
  clockContract(() => ({
    clock: systemClock,
    async settled(promise) {
      const awake = setInterval(() => {}, 1_000);
      return promise.finally(() => clearInterval(awake));
    },
  }));
});

describe("the fake clock", () => {
  clockContract(() => {
    const clock = createFakeClock();
    return { clock, settled: (promise) => createVirtualTime(clock).answered("it is settled", promise) };
  });
});

describe("the fake clock of one process", () => {
  clockContract(() => {
    const clock = createFakeClock();
    const settled = <T>(promise: Promise<T>) => createVirtualTime(clock).answered("it is settled", promise);
    return { clock: clock.forProcess(), settled };
  });
});
