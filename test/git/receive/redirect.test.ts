import { describe, expect, test } from "vitest";
import { resultForClient, routePush } from "../../../server/git/receive/redirect.ts";
import type { CommitSha, DeploymentId } from "../../../server/model/names/ids.ts";

const old = "a".repeat(40) as CommitSha;
const next = "b".repeat(40) as CommitSha;
const main = "refs/heads/main";
const redirect = new Map([[main, [1, 2] as DeploymentId[]]]);

describe("routing a push", () => {
  test("sends a deployed branch to its deployments, and the rest where it wants to go", () => {
    const tag = { ref: "refs/tags/v1", from: null, to: next };
    const update = { ref: main, from: old, to: next };
    expect(routePush([update, tag], redirect, new Map([[main, old]]))).toEqual({
      commands: [
        { ref: "refs/deployments/1", from: null, to: next },
        { ref: "refs/deployments/2", from: null, to: next },
        tag,
      ],
      settled: new Map(),
      redirected: [{ update, standIns: ["refs/deployments/1", "refs/deployments/2"] }],
    });
  });

  test.each([
    ["has moved", old, new Map([[main, next]])],
    ["is there although the client saw none", null, new Map([[main, old]])],
    ["is gone", old, new Map()],
  ])("refuses a deployed branch that %s", (_, from, tips) => {
    const routed = routePush([{ ref: main, from, to: next }], redirect, tips);
    expect(routed).toEqual({ commands: [], settled: new Map([[main, "fetch first"]]), redirected: [] });
  });

  test("accepts the deletion of a deployed branch without doing it", () => {
    const routed = routePush([{ ref: main, from: old, to: null }], redirect, new Map([[main, old]]));
    expect(routed).toEqual({ commands: [], settled: new Map([[main, null]]), redirected: [] });
  });

  test.each([old, null])("refuses what replaces an object, or takes such a ref away", (to) => {
    const ref = `refs/replace/${next}`;
    const { commands, settled } = routePush([{ ref, from: null, to: to as CommitSha | null }], new Map(), new Map());
    expect(commands).toEqual([]);
    expect(settled.get(ref)).toBe("replacement objects are not accepted: a commit's id must identify its content");
  });

  test("keeps clients away from the deployments' refs", () => {
    const refs = ["refs/deployments/1", "refs/deployments/x/y", "refs/deployments", "refs/fetched/tip"];
    for (const ref of refs) {
      const { commands, settled } = routePush([{ ref, from: null, to: next }], redirect, new Map());
      expect(commands).toEqual([]);
      expect(settled.get(ref)).toMatch(/reserved for Baton/);
    }
  });

  test("refuses names that git would take for another ref that is missing", () => {
    for (const ref of ["refs/tags/refs/heads/main", "refs/heads/refs/deployments/1", "refs/refs/tags/v1"]) {
      const { commands, settled } = routePush([{ ref, from: null, to: next }], redirect, new Map());
      expect(commands).toEqual([]);
      expect(settled.get(ref)).toBe("a name must not begin with refs/");
    }
    const { commands } = routePush([{ ref: "refs/heads/fix/refs/heads", from: null, to: next }], new Map(), new Map());
    expect(commands).toHaveLength(1);
  });
});

describe("what the client hears", () => {
  const routed = routePush([{ ref: main, from: null, to: next }], redirect, new Map());
  const report = (first: string | null, second?: string | null) => ({
    unpackError: null,
    refs: new Map([
      ["refs/deployments/1", first],
      ...(second === undefined ? [] : [["refs/deployments/2", second] as const]),
    ]),
  });

  test("a branch is accepted when all of its refs are, and theirs are not mentioned", () => {
    expect(resultForClient(routed, report(null, null)).refs).toEqual(new Map([[main, null]]));
  });

  test("a branch is refused when one of its refs is, or when git says nothing of it", () => {
    expect(resultForClient(routed, report(null, "failed to update ref")).refs.get(main)).toBe("failed to update ref");
    expect(resultForClient(routed, report(null)).refs.get(main)).toBe("not stored");
  });
});
