import { expect, it } from "vitest";
import type { Commit } from "../../../server/model/deployment/deployment.ts";
import type { NewDelivery } from "../../../server/ports/store/deliveries.ts";
import type { Store } from "../../../server/ports/store/store.ts";
import { judgeDelivery } from "../../../server/rules/webhooks/webhook-verdict.ts";
import { anInstallation, deploying, enqueued, moved } from "../../contracts/store/lifecycle.ts";
import { aProductOf, push, sha } from "../../contracts/store/webhooks/pushes.ts";
import { aFailure, at } from "../../model/a-deployment.ts";
import { useScratchDatabase } from "../scratch-database.ts";

// Postgres allows no NUL in a text and no half of a surrogate pair in JSON. Outside text may have both; they are
// replaced.

let store: Store;
useScratchDatabase((opened) => {
  store = opened.store;
});

it("a deployment's ref and commit", async () => {
  const hostile = { sha: sha(1), message: "NUL \0 and half a pair \ud800", author: "\udc00" } as Commit;
  const { id } = await enqueued(store, await anInstallation(store), { commit: hostile, ref: "a\0b" });
  expect(await store.deployments.get(id)).toMatchObject({
    ref: "a\ufffdb",
    commit: { message: "NUL \ufffd and half a pair \ufffd", author: "\ufffd" },
  });
});

it("the lines of a failure", async () => {
  const started = await deploying(store, await anInstallation(store));
  const failure = { ...aFailure, lastLines: ["\0", "\\u0000", "\ud83d", "\ud83d\ude00"] };
  expect(await moved(store, started, { type: "failed", at, failure })).toMatchObject({
    failure: { lastLines: ["\ufffd", "\\u0000", "\ufffd", "\ud83d\ude00"] },
  });
});

it("an event", async () => {
  const { id } = await enqueued(store, await anInstallation(store));
  await store.events.append(
    id,
    ["\0 \ud800", "\ud83d\ude00"].map((text) => ({ type: "note", text })),
  );
  expect(await store.events.read(id, 1, 10)).toMatchObject([{ text: "\ufffd \ufffd" }, { text: "\ud83d\ude00" }]);
});

it("a delivery", async () => {
  const product = await aProductOf(store, "shop");
  const { event, content } = push(sha(1));
  const delivery: NewDelivery = {
    ...push(sha(1)),
    event: event.type === "push" ? { ...event, message: "Work\0 \ud800" } : event,
    content: content && { ...content, body: '{"a": "\0"}' },
  };
  const [recorded] = await store.deliveries.record(product.id, [delivery], judgeDelivery, at);
  expect(await store.deliveries.get(product.id, recorded?.id ?? 0)).toMatchObject({
    event: { message: "Work\ufffd \ufffd" },
    body: '{"a": "\ufffd"}',
  });
});

it("who did something", async () => {
  const entry = {
    token: null,
    what: "redeployed",
    subject: "shop",
    product: null,
    detail: null,
    deploymentId: null,
    address: "192.0.2.7",
  };
  await store.audit.record({ ...entry, who: "gr\0ace", token: "c\0i" }, at);
  expect(await store.audit.list({ limit: 1 })).toMatchObject([{ who: "gr\ufffdace", token: "c\ufffdi" }]);
});
