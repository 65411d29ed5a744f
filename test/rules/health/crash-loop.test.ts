import { expect, test } from "vitest";
import { crashLoopOf, crashLoopText } from "../../../server/rules/health/crash-loop.ts";
import { aContainer } from "../../ports/a-container.ts";

const startMs = Date.UTC(2026, 10, 30, 12);
const at = (seconds: number) => new Date(startMs + seconds * 1_000);
const dead = (...seconds: readonly number[]) =>
  seconds.map((second) => ({ at: at(second), exitCode: 1, outOfMemory: false }));

const quickly = dead(0, 1, 3, 7, 15);

test("five deaths within ten minutes are a crash loop, with their number and the last exit code", () => {
  const loop = crashLoopOf(aContainer({ status: "restarting", deaths: quickly }), at(16));
  expect(loop && crashLoopText(loop)).toBe("restarted 5 times in 10 minutes, last exit code 1");
});

test("the text names memory instead of an exit code when that was the reason", () => {
  const deaths = quickly.map((death) => ({ ...death, exitCode: 137, outOfMemory: true }));
  const loop = crashLoopOf(aContainer({ deaths }), at(16));
  expect(loop && crashLoopText(loop)).toBe("restarted 5 times in 10 minutes, last killed because memory ran out");
});

test.each([
  ["four deaths", { deaths: dead(0, 1, 3, 7) }, 8],
  ["five deaths in more than ten minutes", { deaths: dead(0, 200, 400, 500, 601) }, 602],
  ["five deaths that are ten minutes ago", { deaths: quickly }, 700],
  ["an init service, which is to end", { kind: "init", deaths: quickly }, 16],
] as const)("%s are none", (_, container, second) => {
  expect(crashLoopOf(aContainer(container), at(second))).toBeNull();
});

test.each([
  ["a minute after deaths in quick succession", quickly, 16, 75.9, 76],
  ["twice as long as its longest run", dead(0, 50, 100, 150, 200), 201, 300.9, 301],
])("it is over when the container has run for %s", (_, deaths, startedS, stillS, overS) => {
  const container = aContainer({ deaths, startedAt: at(startedS) });
  expect(crashLoopOf(container, at(stillS))).not.toBeNull();
  expect(crashLoopOf(container, at(overS))).toBeNull();
});

test("it is not over while the container waits for its next start", () => {
  const waiting = aContainer({ status: "restarting", deaths: quickly, startedAt: at(14) });
  expect(crashLoopOf(waiting, at(80))).not.toBeNull();
});
