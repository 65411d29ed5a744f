import { describe, expect, test } from "vitest";
import {
  type ListedInstallation,
  type ListedProduct,
  type ProductQuery,
  parseProductQuery,
  productQueryParams,
  selectProducts,
} from "../../../server/rules/products/product-list.ts";

const usual: ProductQuery = { q: "", state: "all", sort: "attention", view: null, after: null };
const at = (state: string, tone: "wait" | "busy" | "bad" | null = null, day = 1): ListedInstallation => ({
  state,
  activity: tone && { tone },
  deployedAt: state === "empty" && tone === null ? null : new Date(Date.UTC(2026, 0, day)),
});
const product = (slug: string, ...installations: readonly ListedInstallation[]): ListedProduct => ({
  slug,
  installations,
});
const shown = (products: readonly ListedProduct[], query: Partial<ProductQuery> = {}) =>
  selectProducts(products, { ...usual, ...query }).shown.map(({ slug }) => slug);

const everyKind = [
  product("a-running", at("running", null, 3)),
  product("b-empty", at("empty")),
  product("c-stopped", at("stopped", null, 2)),
  product("d-nowhere"),
  product("e-unknown", at("unknown")),
  product("f-building", at("running", "busy", 9)),
  product("g-queued", at("empty", "wait", 8)),
  product("h-failed", at("empty", "bad", 7)),
  product("i-failed-beside-live", at("running", "bad", 6)),
  product("j-degraded", at("degraded")),
  product("k-crashed", at("crashed")),
  product("l-staging-degraded", at("running"), at("degraded")),
];

describe("the order", () => {
  test("has what needs attention first, by name among equals, whatever the order before", () => {
    const expected = [
      ...["j-degraded", "k-crashed", "l-staging-degraded"],
      ...["h-failed", "i-failed-beside-live"],
      ...["f-building", "g-queued"],
      "e-unknown",
      "a-running",
      ...["b-empty", "d-nowhere"],
      "c-stopped",
    ];
    expect(shown(everyKind)).toEqual(expected);
    expect(shown(everyKind.toReversed())).toEqual(expected);
  });

  test("is by name where that is asked for", () => {
    expect(shown(everyKind.toReversed(), { sort: "name" })).toEqual(everyKind.map(({ slug }) => slug));
  });

  test("has the latest deployment first where that is asked for, and what never was deployed last", () => {
    const order = shown(everyKind, { sort: "recent" });
    expect(order.slice(0, 6)).toEqual([
      "f-building",
      "g-queued",
      "h-failed",
      "i-failed-beside-live",
      "a-running",
      "c-stopped",
    ]);
    expect(order.slice(-2)).toEqual(["b-empty", "d-nowhere"]);
  });

  test("leaves what it is given as it is", () => {
    const given = [product("b"), product("a")];
    shown(given);
    expect(given.map(({ slug }) => slug)).toEqual(["b", "a"]);
  });
});

describe("a search", () => {
  const names = ["my-shop", "shop-api", "blog", "shop"].map((slug) => product(slug));
  test.each([
    ["", ["blog", "my-shop", "shop", "shop-api"]],
    ["shop", ["my-shop", "shop", "shop-api"]],
    ["SHOP", ["my-shop", "shop", "shop-api"]],
    ["shop my", ["my-shop"]],
    ["shop-", ["shop-api"]],
    [".*", []],
    ["none", []],
  ])("for %j finds %j", (q, expected) => {
    expect(shown(names, { q })).toEqual(expected);
  });

  test("says how many each filter would show of what it finds", () => {
    const { counts } = selectProducts(everyKind, { ...usual, state: "stopped" });
    expect(counts).toEqual({ all: 12, attention: 8, running: 4, stopped: 1, empty: 4 });
    expect(selectProducts(everyKind, { ...usual, q: "failed" }).counts).toEqual({
      all: 2,
      attention: 2,
      running: 1,
      stopped: 0,
      empty: 1,
    });
  });
});

test.each([
  ["running", ["l-staging-degraded", "i-failed-beside-live", "f-building", "a-running"]],
  ["stopped", ["c-stopped"]],
  ["empty", ["h-failed", "g-queued", "b-empty", "d-nowhere"]],
] as const)("the filter %s shows %j", (state, expected) => {
  expect(shown(everyKind, { state })).toEqual(expected);
});

describe("a page", () => {
  const page = (query: Partial<ProductQuery>, products = everyKind) => {
    const { shown, next } = selectProducts(products, { ...usual, sort: "name", ...query }, 5);
    return [shown.map(({ slug }) => slug[0]).join(""), next];
  };

  test("follows the one before until the last, which leads nowhere", () => {
    expect(page({})).toEqual(["abcde", "e-unknown"]);
    expect(page({ after: "e-unknown" })).toEqual(["fghij", "j-degraded"]);
    expect(page({ after: "j-degraded" })).toEqual(["kl", null]);
    expect(page({ state: "running" })).toEqual(["afil", null]);
  });

  test("that is just full is the last", () => {
    expect(page({}, everyKind.slice(0, 5))).toEqual(["abcde", null]);
  });

  test("after a product that is not found begins at the first", () => {
    expect(page({ after: "gone" })).toEqual(["abcde", "e-unknown"]);
  });

  test("counts what is on the others, too", () => {
    const { counts } = selectProducts(everyKind, { ...usual, after: "b-empty" }, 5);
    expect(counts).toMatchObject({ all: 12, running: 4 });
  });
});

describe("the view", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => product(`p${index}`));
  test.each([
    [12, null, "", "cards"],
    [13, null, "", "dense"],
    [13, null, "p1", "dense"],
    [13, "cards", "", "cards"],
    [1, "dense", "", "dense"],
  ] as const)("of %i products where %j is asked for and %j searched", (count, view, q, expected) => {
    expect(selectProducts(many(count), { ...usual, view, q }).view).toBe(expected);
  });
});

describe("an address", () => {
  test.each([
    [{}, usual],
    [
      { q: "  Shop ", state: "running", sort: "name", view: "dense" },
      { q: "Shop", state: "running", sort: "name", view: "dense", after: null },
    ],
    [{ q: "", state: "constructor", sort: "1", view: "x", after: "No Slug", shown: "abc" }, usual],
    [{ after: "my-shop" }, { ...usual, after: "my-shop" }],
  ] as const)("%j is read", (asked, expected) => {
    expect(parseProductQuery(asked)).toEqual(expected);
  });

  test("holds only what is not the usual, and is read again as what it was", () => {
    expect(productQueryParams(usual)).toEqual({});
    const query: ProductQuery = { q: "a b", state: "attention", sort: "recent", view: "cards", after: "shop" };
    expect(parseProductQuery(productQueryParams(query))).toEqual(query);
  });
});
