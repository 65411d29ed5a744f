import { expect, test } from "vitest";
import type { Sample } from "../e2e/support/traffic.ts";
import { countBy, explain, type Window } from "./losses.ts";

const lost = (startMs: number, endMs: number): Sample => ({ startMs, endMs, version: null, failure: "ECONNRESET" });
const windows: readonly Window[] = [
  { reason: "kill Caddy", product: null, fromMs: 100, toMs: 200 },
  { reason: "stop", product: "shop", fromMs: 300, toMs: null },
];
const reasonOf = (product: string, sample: Sample) => explain(product, [sample], windows).map(({ reason }) => reason);

test("a lost request is explained by what was done while it was under way, to its product or to all", () => {
  expect(reasonOf("blog", lost(90, 110))).toEqual(["kill Caddy"]);
  expect(reasonOf("blog", lost(190, 5_000))).toEqual(["kill Caddy"]);
  expect(reasonOf("shop", lost(400, 410))).toEqual(["stop"]);
});

test("any other is not: before, after, or of another product", () => {
  expect(reasonOf("blog", lost(10, 90))).toEqual([null]);
  expect(reasonOf("blog", lost(201, 210))).toEqual([null]);
  expect(reasonOf("blog", lost(400, 410))).toEqual([null]);
});

test("a load of a configuration explains connections that were closed, and nothing else", () => {
  const load: Window = { reason: "load", product: null, fromMs: 500, toMs: 600, failure: "ECONNRESET" };
  const sample = lost(510, 511);
  expect(explain("blog", [sample], [load])).toMatchObject([{ reason: "load" }]);
  expect(explain("blog", [{ ...sample, failure: "status 502" }], [load])).toMatchObject([{ reason: null }]);
});

test("an answered request is no loss", () => {
  expect(explain("shop", [{ startMs: 400, endMs: 401, version: 3, failure: null }], windows)).toEqual([]);
});

test("things are counted by name", () => {
  expect(countBy(["a", "b", "a"], (one) => one)).toEqual({ a: 2, b: 1 });
});
