import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  advance,
  type Deployment,
  isOver,
  readyAtOf,
  type Transition,
} from "../../../server/model/deployment/deployment.ts";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import { aBuilding, aDeploying, aFailure, aQueued, aReady, aSpec, at, aWatched, everyState } from "../a-deployment.ts";

const transitions: readonly Transition[] = [
  { type: "claim", at },
  { type: "requeue" },
  { type: "built", spec: aSpec() },
  { type: "resume" },
  { type: "checked" },
  { type: "switched", at, replacedId: 7 as DeploymentId },
  { type: "held", at },
  { type: "fail", at, failure: aFailure },
  { type: "stop", at, reason: "cancelled" },
  { type: "stop", at, reason: "stopped by hand" },
];

function nameOf(deployment: Deployment): string {
  return deployment.status === "deploying" ? `deploying/${deployment.step}` : deployment.status;
}

describe("a deployment", () => {
  it("makes exactly the moves of the law", () => {
    const table = everyState.map((from) => {
      const moves = transitions.flatMap((transition) => {
        const to = advance(from, transition);
        return to ? [`${transition.type} -> ${nameOf(to)}`] : [];
      });
      return `${nameOf(from)}: ${[...new Set(moves)].join(", ") || "-"}`;
    });
    expect(table).toEqual([
      "queued: claim -> building, stop -> stopped",
      "building: requeue -> queued, built -> deploying/start, fail -> failed, stop -> stopped",
      "deploying/start: resume -> deploying/start, checked -> deploying/cut-over, fail -> failed, stop -> stopped",
      "deploying/cut-over: resume -> deploying/cut-over, switched -> deploying/watch, fail -> failed",
      "deploying/watch: resume -> deploying/watch, held -> ready, fail -> failed",
      "ready: stop -> stopped",
      "failed: -",
      "stopped: -",
    ]);
  });

  it("goes from the push to ready by the straight way", () => {
    const steps: readonly Transition[] = [
      { type: "claim", at },
      { type: "built", spec: aSpec() },
      { type: "checked" },
      { type: "switched", at, replacedId: null },
      { type: "held", at },
    ];
    const end = steps.reduce<Deployment | null>((now, step) => now && advance(now, step), aQueued());
    expect(end).toEqual(aReady());
  });

  it("is fenced anew by every claim and resume", () => {
    expect(advance(aQueued({ attempt: 2 }), { type: "claim", at })).toMatchObject({ attempt: 3 });
    expect(advance(aDeploying("start"), { type: "resume" })).toMatchObject({ attempt: 2 });
  });

  it("can be cancelled until the cut-over is decided, and not after", () => {
    const cancel: Transition = { type: "stop", at, reason: "cancelled" };
    expect(advance(aBuilding(), cancel)).not.toBeNull();
    expect(advance(aDeploying("start"), cancel)).not.toBeNull();
    expect(advance(aDeploying("cut-over"), cancel)).toBeNull();
    expect(advance(aWatched(), cancel)).toBeNull();
    expect(advance(aReady(), cancel)).toBeNull();
  });

  it("that was ready keeps readyAt when it is stopped by hand, so that it can be made live again", () => {
    const stopped = advance(aReady(), { type: "stop", at, reason: "stopped by hand" });
    expect(stopped && readyAtOf(stopped)).toEqual(at);
  });

  it("keeps its identity and never comes back from its end, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...transitions), { maxLength: 12 }), (events) => {
        let now: Deployment = aQueued();
        for (const event of events) {
          const next = advance(now, event);
          if (!next) continue;
          expect(next.id).toBe(now.id);
          expect(next.attempt).toBeGreaterThanOrEqual(now.attempt);
          if (isOver(now.status)) expect([now.status, next.status]).toEqual(["ready", "stopped"]);
          now = next;
        }
      }),
    );
  });
});
