import { describe, expect, it } from "vitest";
import type { EventBody } from "../../../server/model/deployment/event.ts";
import { renderEvent } from "../../../server/rules/wording/render-event.ts";
import { aFailure } from "../../model/a-deployment.ts";

describe("the story of a deployment", () => {
  it("reads, in a terminal, like this", () => {
    const story: readonly EventBody[] = [
      { type: "status", status: "queued", reason: null },
      { type: "waiting", position: 2, waitingFor: "a free build slot (4 of 4 are building)" },
      { type: "stage", stage: "build", text: "Building web" },
      { type: "note", text: "[2/4] RUN npm ci" },
      { type: "log", source: "build", service: "web", lines: ["added 12 packages"] },
      { type: "stage", stage: "health", text: "Checking that the new version is healthy" },
      { type: "check", service: "web", healthy: false, streak: 0, needed: 3, detail: "GET /: connection refused" },
      { type: "check", service: "web", healthy: true, streak: 1, needed: 3, detail: "GET / answered 200 in 4 ms" },
      { type: "cut-over", urls: ["http://hello.localhost:8080"], tookMs: 0.19 },
      { type: "drain", remaining: 3 },
      { type: "drain", remaining: 1 },
      { type: "drain", remaining: 0 },
      { type: "status", status: "ready", reason: null },
      { type: "settled" },
    ];
    expect(story.flatMap(renderEvent)).toEqual([
      "Queued at position 2: waiting for a free build slot (4 of 4 are building)",
      "==> Building web",
      "    [2/4] RUN npm ci",
      "    | added 12 packages",
      "==> Checking that the new version is healthy",
      "    · web: GET /: connection refused",
      "    ✓ web: GET / answered 200 in 4 ms (1 of 3)",
      "    Traffic switched",
      "    Draining the previous version: 3 requests left",
      "    Draining the previous version: 1 request left",
      "    The previous version has finished its last request",
      "==> Ready",
    ]);
  });

  it("says of a failure where, what and what to do", () => {
    expect(renderEvent({ type: "failure", failure: { ...aFailure, hint: "Listen on PORT." } })).toEqual([
      "  ✗ Failed (health, web): nothing listens on port 3000",
      "    Listen on PORT.",
    ]);
  });

  it("points up to the output, which a log and a terminal have shown already", () => {
    const hint = "See the output below. Try the command on a fresh clone.";
    expect(renderEvent({ type: "failure", failure: { ...aFailure, hint } }).at(-1)).toBe(
      "    See the output above. Try the command on a fresh clone.",
    );
  });

  it("keeps the lines of a hint apart", () => {
    const [, ...hint] = renderEvent({
      type: "failure",
      failure: { ...aFailure, hint: "a.yaml:1: no\na.yaml:2: nor this" },
    });
    expect(hint).toEqual(["    a.yaml:1: no", "    a.yaml:2: nor this"]);
  });

  it("says why it was stopped", () => {
    expect(renderEvent({ type: "status", status: "stopped", reason: "cancelled" })).toEqual(["==> Stopped: cancelled"]);
  });
});
