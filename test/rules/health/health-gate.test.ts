import { describe, expect, it } from "vitest";
import {
  afterProbe,
  afterTry,
  closedGate,
  crashesOf,
  hasCrashed,
  hasEnded,
  noTries,
  pauseBeforeTry,
  type TryResult,
} from "../../../server/rules/health/health-gate.ts";
import { aContainer } from "../../ports/a-container.ts";

const yes = { healthy: true, detail: "" };
const no = { healthy: false, detail: "" };

describe("the gate", () => {
  it("counts successes in a row", () => {
    const gate = [yes, yes, yes].reduce((now, probe) => afterProbe(now, probe, 0), closedGate);
    expect(gate.streak).toBe(3);
  });

  it("starts again after a failure, so that an app that flaps does not get through", () => {
    const gate = [yes, yes, no, yes].reduce((now, probe) => afterProbe(now, probe, 0), closedGate);
    expect(gate.streak).toBe(1);
  });

  it("starts again after a restart, even when every probe succeeds", () => {
    const before = [yes, yes].reduce((now, probe) => afterProbe(now, probe, 0), closedGate);
    expect(afterProbe(before, yes, 1).streak).toBe(1);
  });
});

describe("the pauses between tries", () => {
  const health = { intervalMs: 1000, successes: 3 };
  /** The pause after each of these results, in turn. */
  function pausesOf(found: readonly TryResult[], { intervalMs, successes } = health, tookMs = 0): readonly number[] {
    let tries = noTries;
    return found.map((one) => {
      tries = afterTry(tries, one);
      return pauseBeforeTry(tries, { intervalMs, successes }, tookMs);
    });
  }
  const times = (count: number, found: TryResult) => Array.from({ length: count }, () => found);

  it("cost an app that is ready at once a tenth of a second for three successes", () => {
    expect(pausesOf(["healthy", "healthy"])).toEqual([50, 50]);
  });

  it("include the time that a success took, and come after anything else", () => {
    expect(pausesOf(["healthy", "healthy"], health, 8)).toEqual([42, 42]);
    expect(pausesOf(["healthy"], health, 80)).toEqual([0]);
    expect(pausesOf(["closed", "unhealthy"], health, 8)).toEqual([10, 50]);
  });

  it("ease to the interval while answers are unhealthy", () => {
    const pauses = pausesOf(times(20, "unhealthy"));
    expect(pauses[0]).toBe(50);
    expect(pauses).toEqual([...pauses].sort((left, right) => left - right));
    expect(pauses.at(-1)).toBe(1000);
  });

  it("stay short while the port is closed, so that an app that opens it late is live soon after", () => {
    const pauses = pausesOf(times(60, "closed"));
    expect(pauses.slice(0, 12)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 13, 16]);
    expect(pauses.at(-1)).toBe(200);
  });

  it("are short again as soon as the app answers, and as soon as it is healthy", () => {
    expect(pausesOf([...times(20, "closed"), "unhealthy"]).at(-1)).toBe(50);
    expect(pausesOf([...times(20, "unhealthy"), "healthy", "healthy"]).slice(-2)).toEqual([50, 50]);
  });

  it("ease for an app that flaps, although its successes come quickly", () => {
    const flapping = Array.from({ length: 60 }, (_, index): TryResult => (index % 3 === 2 ? "unhealthy" : "healthy"));
    expect(pausesOf(flapping).slice(-3)).toEqual([50, 50, 1000]);
  });

  it("ease for an app that is healthy enough, but whose own check has not decided yet", () => {
    expect(pausesOf(times(20, "healthy")).at(-1)).toBe(1000);
    expect(pausesOf(times(8, "healthy"), { ...health, successes: 8 })).toEqual(times(8, "healthy").map(() => 50));
  });

  it("are never longer than the service's interval", () => {
    for (const found of ["closed", "unhealthy", "healthy"] as const) {
      expect(Math.max(...pausesOf(times(30, found), { intervalMs: 40, successes: 3 }))).toBe(40);
    }
  });
});

describe("a container under check", () => {
  it("may crash twice: its database may be slower", () => {
    expect(hasEnded(aContainer({ status: "restarting", exitCode: 1, restartCount: 3 }))).toBe(false);
    expect(hasEnded(aContainer({ status: "restarting", exitCode: 1, restartCount: 4 }))).toBe(true);
  });

  it("has ended at once when it ran to its end or out of memory", () => {
    expect(hasEnded(aContainer({ status: "restarting", exitCode: 0 }))).toBe(true);
    expect(hasEnded(aContainer({ status: "restarting", exitCode: 137, outOfMemory: true }))).toBe(true);
    expect(hasEnded(aContainer({ status: "exited", exitCode: 0 }))).toBe(true);
  });

  it("under watch has no second try", () => {
    expect(hasCrashed(aContainer({ restartCount: 1 }), 1)).toBe(false);
    expect(hasCrashed(aContainer({ restartCount: 2 }), 1)).toBe(true);
    expect(hasCrashed(aContainer({ status: "restarting", restartCount: 1 }), 1)).toBe(true);
  });
});

describe("the crashes of a container", () => {
  it("are as many as the engine's restarts, and one more when it does not restart it again", () => {
    expect(crashesOf(aContainer({ status: "restarting", restartCount: 4 }))).toBe(4);
    expect(crashesOf(aContainer({ status: "exited", restartCount: 0 }))).toBe(1);
    expect(crashesOf(aContainer({ status: "exited", restartCount: 2 }))).toBe(3);
  });
});
