import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  advance,
  type Deployment,
  isOver,
  readyAtOf,
  type Transition,
  triggerKinds,
} from "../../../server/model/deployment/deployment.ts";
import { deploymentStates, moves, stateOf } from "../../../server/model/deployment/moves.ts";
import { aBuilding, aDeploying, aQueued, aReady, aSpec, at, aWatched, everyState } from "../a-deployment.ts";
import { everyTransition, leadsTo } from "../every-transition.ts";

const transitions = everyTransition;

describe("a deployment", () => {
  it("makes exactly the moves of the table", () => {
    const made = everyState.flatMap((from) =>
      transitions.map((transition) => {
        const to = advance(from, transition);
        return [transition.type, stateOf(from), to && stateOf(to)];
      }),
    );
    const table = everyState.flatMap((from) =>
      transitions.map(({ type }) => [type, stateOf(from), leadsTo(type, stateOf(from))]),
    );
    expect(made).toEqual(table);
    expect(made.filter(([, , to]) => to !== null)).toHaveLength(Object.values(moves).flatMap(Object.keys).length);
  });

  it("is printed as a table", () => {
    const printed = deploymentStates.map((from) => {
      const own = transitions.flatMap(({ type }) => {
        const to = leadsTo(type, from);
        return to ? [`${type} -> ${to}`] : [];
      });
      return `${from}: ${own.join(", ") || "-"}`;
    });
    expect(printed).toEqual([
      "queued: claimed -> building, cancel-requested -> stopped, superseded -> stopped",
      "building: requeued -> queued, built -> deploying/start, failed -> failed, cancel-requested -> building, cancelled -> stopped",
      "deploying/start: resumed -> deploying/start, checked -> deploying/cut-over, failed -> failed, cancel-requested -> deploying/start, cancelled -> stopped",
      "deploying/cut-over: resumed -> deploying/cut-over, switched -> deploying/watch, failed -> failed",
      "deploying/watch: resumed -> deploying/watch, held -> ready, failed -> failed",
      "ready: stopped -> stopped",
      "failed: -",
      "stopped: -",
    ]);
  });

  it("goes from the push to ready by the straight way", () => {
    const steps: readonly Transition[] = [
      { type: "claimed", at },
      { type: "built", spec: aSpec() },
      { type: "checked" },
      { type: "switched", at, replacedId: null },
      { type: "held", at },
    ];
    const end = steps.reduce<Deployment | null>((now, step) => now && advance(now, step), aQueued());
    expect(end).toEqual(aReady());
  });

  it("is fenced anew by every claim and resume", () => {
    expect(advance(aQueued({ attempt: 2 }), { type: "claimed", at })).toMatchObject({ attempt: 3 });
    expect(advance(aDeploying("start"), { type: "resumed" })).toMatchObject({ attempt: 2 });
  });

  it("can be cancelled until the cut-over is decided, and not after", () => {
    for (const type of ["cancel-requested", "cancelled"] as const) {
      const asked = [aBuilding(), aDeploying("start"), aDeploying("cut-over"), aWatched(), aReady()].map(
        (from) => advance(from, { type, at }) !== null,
      );
      expect(asked).toEqual([true, true, false, false, false]);
    }
  });

  it("that was asked to stop is neither cut over nor queued again, and keeps the moment of the first request", () => {
    const later = new Date(at.getTime() + 1);
    const ask = (from: Deployment, when = at): Deployment => {
      const asked = advance(from, { type: "cancel-requested", at: when });
      if (!asked) throw new Error("it could not be asked");
      return asked;
    };
    expect(advance(ask(aBuilding()), { type: "requeued" })).toBeNull();
    expect(advance(ask(aDeploying("start")), { type: "checked" })).toBeNull();
    expect(ask(ask(aBuilding()), later)).toMatchObject({ cancelRequestedAt: at });
    const built = advance(ask(aBuilding()), { type: "built", spec: aSpec() });
    expect(built).toMatchObject({ step: "start", cancelRequestedAt: at });
    const resumed = built && advance(built, { type: "resumed" });
    expect(resumed).toMatchObject({ cancelRequestedAt: at, attempt: 2 });
  });

  it("stops at once when it is cancelled in the queue, and says why", () => {
    expect(advance(aQueued(), { type: "cancel-requested", at })).toMatchObject({
      status: "stopped",
      reason: "cancelled",
    });
  });

  it("is superseded only where a push or a webhook queued it", () => {
    const superseded = triggerKinds.filter((trigger) => advance(aQueued({ trigger }), { type: "superseded", at }));
    expect(superseded).toEqual(["push", "webhook"]);
  });

  it("that was ready keeps readyAt when it is stopped by hand, so that it can be made live again", () => {
    const stopped = advance(aReady(), { type: "stopped", at });
    expect(stopped && readyAtOf(stopped)).toEqual(at);
  });

  it("keeps its identity and never comes back from its end, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...transitions), { maxLength: 12 }), (events) => {
        let now: Deployment = aQueued();
        for (const event of events) {
          const next: Deployment | null = advance(now, event);
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
