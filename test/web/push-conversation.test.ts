import { expect, test } from "vitest";
import type { ProductId } from "../../server/model/ids.ts";
import type { Product } from "../../server/model/product.ts";
import type { PushResult } from "../../server/ports/git.ts";
import { conductPush, type PushConversation } from "../../server/web/push-conversation.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeGit } from "../fakes/fake-git.ts";
import { createFakeStore } from "../fakes/fake-store.ts";

/** What is told to who pushes refs that deploy nothing, when git says this of them. */
async function told(refs: Readonly<Record<string, string | null>>, unpackError: string | null = null) {
  const clock = createFakeClock();
  const git = createFakeGit();
  const result: PushResult = { unpackError, refs: new Map(Object.entries(refs)) };
  git.receive = async () => result;
  const lines: string[] = [];
  let end: PushResult | null = null;
  const needs = {
    ...{ clock, git, store: createFakeStore(clock) },
    pushes: { accept: async () => [] },
  } as unknown as PushConversation;
  await conductPush(needs, {
    push: { updates: [], options: [], canShowProgress: true },
    plan: {
      product: { id: 1 as ProductId } as Product,
      redirect: new Map(),
      targets: [],
      remarks: new Map(Object.keys(refs).map((ref) => [ref, `${ref} was stored`])),
    },
    terminal: { progress: (text) => lines.push(text.trimEnd()), keepAlive() {}, finish: (last) => (end = last) },
    by: "admin",
    signal: new AbortController().signal,
  });
  expect(end).toEqual(result);
  return lines;
}

test("a ref is said to be stored only when git has accepted it", async () => {
  expect(await told({ "refs/heads/feature": null, "refs/heads/feature/x": "in the way" })).toEqual([
    "refs/heads/feature was stored",
  ]);
  expect(await told({ "refs/heads/feature": null }, "index-pack failed")).toEqual([]);
});

test("who pushes from a shallow clone is told once how to make it whole", async () => {
  const refusal = "shallow update not allowed";
  expect(await told({ "refs/heads/main": refusal, "refs/heads/idea": refusal })).toEqual([
    expect.stringContaining("git fetch --unshallow"),
  ]);
});
