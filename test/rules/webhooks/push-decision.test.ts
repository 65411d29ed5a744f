import { describe, expect, it } from "vitest";
import type { CommitSha, EnvironmentId, InstallationId, ProductId } from "../../../server/model/names/ids.ts";
import type { Installation } from "../../../server/model/product.ts";
import {
  branchOf,
  firstBranch,
  judgePush,
  newestUndecidedPush,
  trackers,
  untracked,
} from "../../../server/rules/webhooks/push-decision.ts";
import { aBuilding, aQueued, sha } from "../../model/a-deployment.ts";

const other = "b".repeat(40) as CommitSha;

function installation(branch: string | null): Installation {
  return {
    id: 1 as InstallationId,
    productId: 1 as ProductId,
    environmentId: 1 as EnvironmentId,
    branch,
    liveDeploymentId: null,
    stopped: false,
  };
}

describe("a push", () => {
  it("names a branch by its full ref, slashes included", () => {
    expect(branchOf("refs/heads/feature/x")).toBe("feature/x");
    expect(branchOf("refs/tags/v1")).toBeNull();
    expect(branchOf("refs/heads/")).toBeNull();
  });

  it("deploys only where exactly this branch is tracked", () => {
    expect(trackers([installation("main")], "main")).toHaveLength(1);
    expect(trackers([installation("main")], "x/main")).toEqual([]);
    expect(trackers([installation(null)], "main")).toEqual([]);
  });

  it("makes main the tracked branch, or master where that is what is pushed", () => {
    expect(firstBranch(["refs/heads/master"])).toBe("master");
    expect(firstBranch(["refs/heads/master", "refs/heads/main"])).toBe("main");
    expect(firstBranch(["refs/heads/feature", "refs/tags/main"])).toBeNull();
  });
});

describe("a push that deploys nothing", () => {
  const stored = (ref: string, ...branches: (string | null)[]) =>
    untracked({ ref, to: other }, branches.map(installation));

  it("says which branch deploys, and the two ways to deploy this one", () => {
    expect(stored("refs/heads/develop", null)).toBe(
      "develop was stored but not deployed. This product deploys main: push develop:main, or change the branch in Settings.",
    );
    expect(stored("refs/heads/idea", "release", "release", "main")).toBe(
      "idea was stored but not deployed. This product deploys release and main: push idea:release, or change the branch in Settings.",
    );
  });

  it("does not offer to deploy a tag by a push, or what was removed", () => {
    expect(stored("refs/tags/v2.0", "main")).toBe("tag v2.0 was stored but not deployed. This product deploys main.");
    expect(untracked({ ref: "refs/heads/idea", to: null }, [installation("main")])).toBe(
      "idea was removed. Nothing was deployed.",
    );
  });
});

describe("a push while another one is pending", () => {
  it("is queued behind it when it descends from it", () => {
    expect(judgePush(other, aBuilding(), true)).toEqual({ type: "deploy", after: 1 });
  });

  it("is refused when it does not, and the answer says whose commit is being deployed", () => {
    expect(judgePush(other, aBuilding(), false)).toEqual({
      type: "refuse",
      reason: "commit aaaaaaaa by Ada is being deployed; pull it first or wait",
    });
  });

  it("of the same commit follows the deployment that there is", () => {
    expect(judgePush(sha, aQueued(), true)).toEqual({ type: "follow", deployment: 1 });
  });

  it("deploys when nothing is pending, whatever it descends from", () => {
    expect(judgePush(other, null, false)).toEqual({ type: "deploy", after: null });
  });

  it("looks at pushes only: a redeploy is no line of history to descend from", () => {
    const rollback = aQueued({ id: 2 as never, trigger: "rollback" });
    expect(newestUndecidedPush([aBuilding(), rollback])?.id).toBe(1);
    expect(newestUndecidedPush([rollback])).toBeNull();
  });
});
