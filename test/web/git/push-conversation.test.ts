import { expect, test } from "vitest";
import type { PushOutcome } from "../../../server/commands/pushes/accept-push.ts";
import type { CommitSha, ProductId } from "../../../server/model/names/ids.ts";
import type { Product } from "../../../server/model/product.ts";
import type { PushResult } from "../../../server/ports/git.ts";
import type { Store } from "../../../server/ports/store/store.ts";
import { conductPush, type PushNeeds } from "../../../server/web/git/push-conversation.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeGit } from "../../fakes/fake-git.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";
import { createWorld } from "../world.ts";

/** The remarks for a client that pushes refs that deploy nothing, with git's verdict on each. */
async function remarksOn(refs: Readonly<Record<string, string | null>>, unpackError: string | null = null) {
  const { lines, end } = await conduct(refs, unpackError, []);
  expect(end).toEqual({ unpackError, refs: new Map(Object.entries(refs)) });
  return lines;
}

async function conduct(
  refs: Readonly<Record<string, string | null>>,
  unpackError: string | null,
  outcomes: readonly PushOutcome[],
  store?: Store,
) {
  const clock = createFakeClock();
  const git = createFakeGit();
  const result: PushResult = { unpackError, refs: new Map(Object.entries(refs)) };
  git.receive = async () => result;
  const lines: string[] = [];
  const recorded: string[] = [];
  let end: PushResult | null = null;
  const needs = {
    ...{ clock, git, store: store ?? createFakeStore(clock) },
    pageOf: (id: number) => `/deployments/${id}`,
    commands: { acceptPush: async () => outcomes },
  } as unknown as PushNeeds;
  await conductPush(needs, {
    push: {
      updates: Object.keys(refs).map((ref) => ({ ref, from: null, to: "1".repeat(40) as CommitSha })),
      ...{ options: [], canShowProgress: true },
    },
    plan: {
      product: { id: 1 as ProductId } as Product,
      redirect: new Map(),
      targets: [],
      remarks: new Map(Object.keys(refs).map((ref) => [ref, `${ref} was stored`])),
      refusals: new Map(),
    },
    terminal: { progress: (text) => lines.push(text.trimEnd()), keepAlive() {}, finish: (last) => (end = last) },
    by: "admin",
    record: async (updates) => void recorded.push(...updates.map(({ ref }) => ref)),
    signal: new AbortController().signal,
  });
  return { lines, recorded, end: end as PushResult | null };
}

test("a ref is said to be stored only when git has accepted it", async () => {
  expect(await remarksOn({ "refs/heads/feature": null, "refs/heads/feature/x": "in the way" })).toEqual([
    "refs/heads/feature was stored",
  ]);
  expect(await remarksOn({ "refs/heads/feature": null }, "index-pack failed")).toEqual([]);
});

test("only what was stored is in the activity", async () => {
  const refs = { "refs/heads/main": null, "refs/heads/side": null, "refs/deployments/77": "these refs are reserved" };
  const refused = { ref: "refs/heads/main", type: "refused", reason: "this branch cannot be removed" } as const;
  expect((await conduct(refs, null, [refused])).recorded).toEqual(["refs/heads/side"]);
  expect((await conduct(refs, "index-pack failed", [])).recorded).toEqual([]);
});

test("a push from a shallow clone is answered once with how to unshallow it", async () => {
  const refusal = "shallow update not allowed";
  expect(await remarksOn({ "refs/heads/main": refusal, "refs/heads/idea": refusal })).toEqual([
    expect.stringContaining("git fetch --unshallow"),
  ]);
});

test("lines of two deployments at once begin with their environments", async () => {
  const world = await createWorld();
  const { product, installation } = await world.samples.product("shop");
  const staging = await world.store.environments.create({ name: "staging", domain: null, branch: null });
  if (!staging) throw new Error("not created");
  const copy = await world.store.installations.create({
    productId: product.id,
    environmentId: staging.id,
    branch: "main",
  });
  if (!copy) throw new Error("not installed");
  const ids = [installation, copy].map((place) => world.samples.failed(place, {}).id);
  const ref = "refs/heads/main";
  const { lines } = await conduct({ [ref]: null }, null, [{ ref, type: "deploying", deployments: ids }], world.store);
  expect(lines).toContainEqual(expect.stringMatching(/^\[production\] {5}Deployment failed\./));
  expect(lines).toContainEqual(expect.stringMatching(/^\[staging\] {5}Deployment failed\./));

  const alone = await conduct(
    { [ref]: null },
    null,
    [{ ref, type: "deploying", deployments: ids.slice(0, 1) }],
    world.store,
  );
  expect(alone.lines).toContainEqual(expect.stringMatching(/^ {4}Deployment failed\./));
});

test("nothing that an app or a name says does anything to a terminal but show", async () => {
  const hostile = "\u001b]52;c;aGFjaw==\u0007\u009b31mred\u001b[0m\tand\u0008 \u001b]8;;http://x\u001b\\link";
  const reason = `health: ${hostile}`;
  const { lines, end } = await conduct({ [`refs/heads/${hostile}`]: null }, null, [
    { ref: "a", type: "refused", reason },
  ]);
  expect(lines).toEqual(["refs/heads/red\tand link was stored"]);
  expect(end?.refs.get("a")).toBe("health: red and link");
});
