import { describe, expect, it } from "vitest";
import {
  afterProbe,
  closedGate,
  crashesOf,
  hasCrashed,
  hasEnded,
  pauseBeforeTry,
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
  it("are short at first and ease to the interval", () => {
    const pauses = Array.from({ length: 20 }, (_, tries) => pauseBeforeTry(tries, 1000));
    expect(pauses[0]).toBe(100);
    expect(pauses).toEqual([...pauses].sort((left, right) => left - right));
    expect(pauses.at(-1)).toBe(1000);
  });

  it("cost an app that is ready at once a fifth of a second for three successes", () => {
    expect(pauseBeforeTry(0, 1000) + pauseBeforeTry(1, 1000)).toBeLessThan(250);
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
