import { describe, expect, it } from "vitest";
import { runsAlone } from "../../../server/rules/rollout/solo.ts";
import { aService } from "../../model/a-deployment.ts";

const web = aService();
const db = aService({ name: "db", kind: "tcp", stateful: "keeps its data in the volume data" });

describe("a version runs alone", () => {
  it("when it is one service, of whatever kind", () => {
    for (const kind of ["web", "tcp", "worker"] as const) expect(runsAlone([aService({ kind })])).toBe(true);
  });

  it("but not beside others, nor when it outlives deployments, nor when nothing stays of it", () => {
    expect(runsAlone([web, aService({ name: "api" })])).toBe(false);
    expect(runsAlone([db])).toBe(false);
    expect(runsAlone([aService({ kind: "init" })])).toBe(false);
    expect(runsAlone([])).toBe(false);
  });
});
