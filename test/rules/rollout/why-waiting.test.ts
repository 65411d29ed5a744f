import { describe, expect, it } from "vitest";
import type { DeploymentId, InstallationId } from "../../../server/model/names/ids.ts";
import { whyWaiting } from "../../../server/rules/rollout/why-waiting.ts";
import { aBuilding, aDeploying, aQueued } from "../../model/a-deployment.ts";

const id = (value: number) => value as DeploymentId;
const installation = (value: number) => value as InstallationId;
const queued = (value: number) => aQueued({ id: id(value), installationId: installation(value) });
const building = (value: number) => aBuilding({ id: id(value), installationId: installation(value) });

describe("a waiting deployment", () => {
  it("waits for a build slot when all are taken", () => {
    const queue = { queued: [queued(5), queued(6)], running: [1, 2, 3, 4].map(building) };
    expect(whyWaiting(queue, 4, id(6))).toEqual({
      position: 2,
      waitingFor: "a free build slot (4 of 4 are building)",
    });
  });

  it("does not wait for a slot that a deploying one has freed", () => {
    const deploying = aDeploying("start", { id: id(1), installationId: installation(1) });
    const queue = { queued: [queued(5)], running: [deploying, building(2), building(3), building(4)] };
    expect(whyWaiting(queue, 4, id(5))?.waitingFor).toBe("a free slot (starting shortly)");
  });

  it("waits for the deployment of its product that runs", () => {
    const mine = aQueued({ id: id(9), installationId: installation(1) });
    const queue = { queued: [mine], running: [building(1)] };
    expect(whyWaiting(queue, 4, id(9))?.waitingFor).toBe("deployment 1 of this product, which is building");
  });

  it("waits for the deployment of its product that is ahead in the queue", () => {
    const ahead = aQueued({ id: id(8), number: 8 });
    const mine = aQueued({ id: id(9), number: 9 });
    expect(whyWaiting({ queued: [ahead, mine], running: [] }, 4, id(9))?.waitingFor).toContain("deployment 8");
  });

  it("is only what is in the queue", () => {
    expect(whyWaiting({ queued: [], running: [building(1)] }, 4, id(1))).toBeNull();
  });
});
