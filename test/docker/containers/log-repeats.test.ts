import { describe, expect, it } from "vitest";
import { createRepeats } from "../../../server/docker/containers/log-repeats.ts";

const stamp = (second: number) => `2026-01-31T12:00:${String(second).padStart(2, "0")}.000000000Z`;
const repeatsAt = (nowSecond: number, ...seconds: readonly number[]) => {
  const isRepeated = createRepeats(() => Date.parse(stamp(nowSecond)));
  return seconds.map((second) => isRepeated("stdout", stamp(second)));
};

describe("lines of a log that is followed", () => {
  it("are new as long as time goes on, also several of one moment", () => {
    expect(repeatsAt(59, 1, 2, 2, 3)).toEqual([false, false, false, false]);
  });

  it("are repeated from a step back on until what had been given out", () => {
    expect(repeatsAt(59, 1, 2, 3, 2, 3, 4, 4)).toEqual([false, false, false, true, true, false, false]);
  });

  it("are new when the clock was set back", () => {
    expect(repeatsAt(10, 30, 9, 10)).toEqual([false, false, false]);
  });

  it("are judged for each stream alone", () => {
    const isRepeated = createRepeats(() => Date.parse(stamp(59)));
    expect([isRepeated("stdout", stamp(5)), isRepeated("stderr", stamp(4))]).toEqual([false, false]);
  });
});
