import { expect, test } from "vitest";
import { serviceTrouble } from "../../../server/rules/health/service-trouble.ts";
import { aContainer } from "../../ports/a-container.ts";

const web = { name: "web", kind: "web" } as const;
const now = new Date("2026-11-30T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const dead = (...seconds: readonly number[]) =>
  seconds.map((second) => ({ at: ago(second), exitCode: 1, outOfMemory: false }));

test.each([
  ["runs", aContainer(), null],
  ["is gone", null, "web is not running. Its container is gone. Baton starts it again from its image."],
  [
    "was stopped",
    aContainer({ status: "exited", exitCode: 143 }),
    "web is not running. Its container ended with exit code 143. Baton starts it again.",
  ],
  [
    "waits to be started again",
    aContainer({ status: "restarting", exitCode: 2, deaths: dead(1) }),
    "web is not running. It ended with exit code 2, and is started again.",
  ],
  [
    "is unhealthy",
    aContainer({ healthcheck: "unhealthy", healthcheckOutput: "no answer from the database\nmore" }),
    "web is unhealthy. Its image's health check fails: no answer from the database. It still gets traffic.",
  ],
  [
    "crashed a while ago",
    aContainer({ deaths: dead(90) }),
    "web crashed. It restarted once in 10 minutes, last exit code 1. It runs again.",
  ],
  [
    "keeps crashing, and runs for a moment",
    aContainer({ deaths: dead(60, 50, 40, 30, 1), startedAt: now }),
    "web keeps crashing. It restarted 5 times in 10 minutes, last exit code 1. It is started again each time, after longer and longer pauses.",
  ],
] as const)("a service whose container %s", (_, container, expected) => {
  const trouble = serviceTrouble(web, container, now);
  expect(trouble && `${trouble.title}. ${trouble.text}`).toBe(expected);
});

test("only a crash that is over leaves a service up", () => {
  expect(serviceTrouble(web, aContainer({ deaths: dead(90) }), now)).toMatchObject({ isDown: false });
  expect(serviceTrouble(web, null, now)).toMatchObject({ isDown: true });
});

test("an init service that has run to its end, or is gone, is in no trouble", () => {
  const init = { name: "migrate", kind: "init" } as const;
  expect(serviceTrouble(init, aContainer({ kind: "init", status: "exited" }), now)).toBeNull();
  expect(serviceTrouble(init, null, now)).toBeNull();
});
