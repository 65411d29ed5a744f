import { expect, test } from "vitest";
import { acceptPush } from "../../../server/commands/pushes/accept-push.ts";
import { planPush } from "../../../server/commands/pushes/plan-push.ts";
import type { CommitSha } from "../../../server/model/names/ids.ts";
import type { Slug } from "../../../server/model/product.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeGit } from "../../fakes/fake-git.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";

test("a push that removes the deployed branch is refused, and git is not asked to remove it", async () => {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const adapters = { store, git: createFakeGit(), clock, wakeQueue() {} };
  await store.products.create({ slug: "shop" as Slug, repository: null, branch: "main" });
  const gone = { from: "a".repeat(40) as CommitSha, to: null };
  const updates = [
    { ref: "refs/heads/main", ...gone },
    { ref: "refs/heads/idea", ...gone },
  ];
  const plan = await planPush(adapters, "shop" as Slug, { updates, options: [], canShowProgress: true });
  if ("refused" in plan) throw new Error(plan.refused);
  expect([...plan.redirect]).toEqual([["refs/heads/main", []]]);

  const stored = { unpackError: null, refs: new Map(updates.map(({ ref }) => [ref, null])) };
  expect(await acceptPush(adapters, plan, stored, "admin")).toEqual([
    { ref: "refs/heads/main", type: "refused", reason: "shop deploys main, so this branch cannot be removed" },
  ]);
});
