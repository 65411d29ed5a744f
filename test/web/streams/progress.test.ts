import { describe, expect, test } from "vitest";
import type { Failure } from "../../../server/model/deployment/deployment.ts";
import type { DeploymentEvent, EventBody } from "../../../server/model/deployment/event.ts";
import { drainingText, noProgress, progressAfter, stepViews } from "../../../server/web/pages/deployment/progress.ts";

const start = Date.parse("2026-01-31T12:00:00.000Z");
/** The progress after these events, which are a second apart. */
const progressOf = (...bodies: readonly EventBody[]) =>
  bodies
    .map((body, index): DeploymentEvent => ({ seq: index + 1, at: new Date(start + index * 1000), ...body }))
    .reduce(progressAfter, noProgress);
const status = (name: "queued" | "building" | "deploying" | "ready" | "failed" | "stopped"): EventBody => ({
  type: "status",
  status: name,
  reason: name === "stopped" ? "cancelled" : null,
});
const stage = (name: Failure["stage"]): EventBody => ({ type: "stage", stage: name, text: `now ${name}` });
const failure = (name: Failure["stage"]): EventBody => ({
  type: "failure",
  failure: {
    stage: name,
    service: "web",
    message: "no",
    hint: null,
    lastLines: [],
    exitCode: null,
    outOfMemory: false,
    lastProbe: null,
  },
});
const states = (progress: ReturnType<typeof progressOf>) => stepViews(progress).map(({ state }) => state);

describe("the steps of a deployment", () => {
  test("are all to come while it waits", () => {
    const waiting = progressOf(status("queued"), { type: "waiting", position: 2, waitingFor: "a free build slot" });
    expect(states(waiting)).toEqual(["current", ...Array(7).fill("pending")]);
    expect(waiting.sentence).toBe("Queued at position 2: waiting for a free build slot");
  });

  test("are gone through one by one, each with its time", () => {
    const ready = progressOf(
      status("queued"),
      status("building"),
      stage("plan"),
      stage("build"),
      status("deploying"),
      stage("start"),
      stage("health"),
      stage("cut-over"),
      stage("watch"),
      status("ready"),
    );
    expect(states(ready)).toEqual(Array(8).fill("done"));
    expect(stepViews(ready).map(({ took }) => took)).toEqual(["1 s", "2 s", "1 s", "2 s", "1 s", "1 s", "1 s", null]);
  });

  test("that a rollback does not need are passed over", () => {
    const rollback = progressOf(status("queued"), status("building"), status("deploying"), stage("health"));
    expect(states(rollback)).toEqual(["done", "done", "skipped", "done", "current", "pending", "pending", "pending"]);
  });

  test("are not gone back when a second service starts after the first was checked", () => {
    const second = progressOf(status("queued"), status("building"), stage("health"), stage("start"));
    expect(states(second).indexOf("current")).toBe(4);
  });

  test("stop where it failed", () => {
    const failed = progressOf(status("queued"), status("building"), stage("build"), failure("build"), status("failed"));
    expect(states(failed)).toEqual(["done", "done", "failed", ...Array(5).fill("pending")]);
    expect(failed.sentence).toBeNull();
  });

  test("reach the watch when the new version dies while it is watched", () => {
    const failed = progressOf(
      status("queued"),
      status("building"),
      stage("cut-over"),
      failure("watch"),
      status("failed"),
    );
    expect(states(failed).indexOf("failed")).toBe(6);
  });

  test("stop where it was cancelled", () => {
    expect(states(progressOf(status("queued"), status("stopped")))[0]).toBe("stopped");
  });

  test("begin anew when a server died while it was building", () => {
    const again = progressOf(status("queued"), status("building"), stage("build"), status("queued"));
    expect(states(again)).toEqual(["current", ...Array(7).fill("pending")]);
  });
});

test("draining is shown until the last request is answered", () => {
  expect(drainingText(progressOf({ type: "drain", remaining: 3 }))).toBe(
    "draining the previous version: 3 requests left",
  );
  expect(drainingText(progressOf({ type: "drain", remaining: 3 }, { type: "drain", remaining: 0 }))).toBeNull();
  expect(drainingText(progressOf({ type: "drain", remaining: 3 }, { type: "settled" }))).toBeNull();
});
