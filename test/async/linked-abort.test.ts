import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { link } from "../../server/async/linked-abort.ts";

test("follows its parent with the parent's reason, until it is disposed of", async () => {
  const parent = new AbortController();
  const reason = new Error("cancelled");
  const followed = link(parent.signal);
  const left = link(parent.signal);
  left[Symbol.dispose]();
  parent.abort(reason);
  expect(followed.signal.reason).toBe(reason);
  await expect(followed.rejection).rejects.toBe(reason);
  expect(left.signal.aborted).toBe(false);
});

test("can be aborted by itself without aborting its parent", async () => {
  const parent = new AbortController();
  const reason = new Error("late");
  const linked = link(parent.signal);
  linked.now(reason);
  await expect(linked.rejection).rejects.toBe(reason);
  expect(parent.signal.aborted).toBe(false);
});

test("leaves nothing behind on a parent that lives as long as the server", () => {
  const parent = new AbortController();
  for (let call = 0; call < 100; call += 1) link(parent.signal)[Symbol.dispose]();
  expect(getEventListeners(parent.signal, "abort")).toEqual([]);
});

test("linking to a parent that is already aborted throws the parent's reason", () => {
  const reason = new Error("cancelled");
  expect(() => link(AbortSignal.abort(reason))).toThrow(reason);
});
