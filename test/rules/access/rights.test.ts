import { describe, expect, it } from "vitest";
import { everything, type Principal } from "../../../server/model/access/principal.ts";
import type { ProductId, TokenId } from "../../../server/model/names/ids.ts";
import { allowedEverywhere, allowedIn } from "../../../server/rules/access/allowed.ts";
import { grantsOf, rightsFault, rightsOf } from "../../../server/rules/access/person-rights.ts";
import { refusalText } from "../../../server/rules/access/refusal-text.ts";
import { tokenFault } from "../../../server/rules/access/token-request.ts";
import { isIn, productsWith } from "../../../server/rules/access/visible-products.ts";

const [own, other] = [1 as ProductId, 2 as ProductId];
const shop = { id: own, slug: "shop" };

function somebody(changes: Partial<Principal> = {}): Principal {
  return {
    ...{ name: "Ada", userId: null, token: null, sessionId: null, grants: everything },
    ...{ scopes: null, productIds: null, ...changes },
  };
}
const ci = { token: { id: 1 as TokenId, name: "ci" } };

describe("a refusal names the right, the product and who can give it", () => {
  it.each<[string, Parameters<typeof refusalText>, string | null]>([
    ["nothing missing", [somebody(), "deploy", shop, []], null],
    [
      "a role",
      [somebody({ grants: [{ role: "viewer", productId: own }] }), "deploy", shop, ["Ada", "Grace"]],
      "you may not deploy shop: that takes the role deployer for it, and yours is viewer. Ada or Grace can give it to you.",
    ],
    [
      "any role at all",
      [somebody({ grants: [], ...ci }), "people", null, []],
      "you may not manage people: that takes the role admin for everything, and you have none. An administrator can give it to you.",
    ],
    [
      "more administrators than fit",
      [somebody({ grants: [] }), "stop", shop, ["A", "B", "C", "D"]],
      "you may not stop shop: that takes the role deployer for it, and you have none. A, B, C or another administrator can give it to you.",
    ],
    [
      "a scope",
      [somebody({ scopes: ["read"], ...ci }), "push", shop, ["Ada"]],
      'the token "ci" may not push to shop: that takes the scope git:push or admin. Create a token that has it.',
    ],
    [
      "the whole server",
      [somebody({ productIds: [own], ...ci }), "create-products", null, ["Ada"]],
      'the token "ci" may not create products: it is limited to some products. Create a token for all products.',
    ],
    [
      "another product",
      [somebody({ productIds: [other], ...ci }), "deploy", shop, ["Ada"]],
      'the token "ci" may not deploy shop: it is limited to other products. Create a token for this one.',
    ],
  ])("for %s", (_, request, text) => {
    expect(refusalText(...request)).toBe(text);
  });
});

describe("lists show", () => {
  it.each<[string, Partial<Principal>, ReturnType<typeof productsWith>]>([
    ["everything to a role for everything", {}, "all"],
    ["nothing to somebody without a role", { grants: [] }, []],
    ["the products of single roles", { grants: [{ role: "viewer", productId: other }] }, [other]],
    ["those of a limited token", { productIds: [other, own] }, [own, other]],
    ["what role and token have in common", { grants: [{ role: "admin", productId: own }], productIds: [other] }, []],
    ["nothing to a token that may not read", { scopes: ["git:push"] }, []],
  ])("%s", (_, changes, products) => {
    expect(productsWith(somebody(changes), "see")).toEqual(products);
  });

  it("what is in the set", () => {
    expect([isIn("all", own), isIn([own], own), isIn([own], other)]).toEqual([true, true, false]);
  });
});

it("pages offer what is allowed, for a product and for the server", () => {
  const deployer = somebody({ grants: [{ role: "deployer", productId: own }] });
  expect(allowedIn(deployer, { id: own, hidesLogs: false })).toContain("deploy");
  expect(allowedIn(deployer, { id: own, hidesLogs: false })).not.toContain("variables");
  expect(allowedIn(deployer, { id: other, hidesLogs: false })).toEqual([]);
  expect(allowedEverywhere(deployer)).toEqual(["enter", "account", "tokens"]);
});

describe("a person's rights", () => {
  it.each([
    { role: "viewer" as const, productIds: null },
    { role: "maintainer" as const, productIds: [own, other] },
  ])("$role of $productIds are written as grants and read back", (rights) => {
    expect(rightsOf(grantsOf(rights))).toEqual(rights);
    expect(rightsFault(rights)).toBeNull();
  });

  it("are none without a grant, and the highest of several", () => {
    expect(rightsOf([])).toBeNull();
    const mixed = [
      { role: "viewer", productId: own },
      { role: "deployer", productId: other },
    ] as const;
    expect(rightsOf(mixed)).toEqual({ role: "deployer", productIds: [own, other] });
  });

  it("cannot be those of an administrator of some products, or of no product", () => {
    expect(rightsFault({ role: "admin", productIds: [own] })).toMatch(/is for everything/);
    expect(rightsFault({ role: "viewer", productIds: [] })).toMatch(/at least one product/);
  });
});

describe("a token creates none that can do more than itself", () => {
  it.each<[string, Partial<Principal>, Parameters<typeof tokenFault>[1], RegExp | null]>([
    ["a person may create any", {}, { scopes: ["admin"], productIds: null }, null],
    ["no scope", {}, { scopes: [], productIds: null }, /at least one scope/],
    ["no product", {}, { scopes: ["read"], productIds: [] }, /at least one product/],
    ["another scope", { scopes: ["admin"] }, { scopes: ["read"], productIds: null }, /without the scope "read"/],
    ["all products", { productIds: [own] }, { scopes: ["read"], productIds: null }, /for all of them/],
    ["another product", { productIds: [own] }, { scopes: ["read"], productIds: [other] }, /products of others/],
    ["the same product", { productIds: [own] }, { scopes: ["read"], productIds: [own] }, null],
  ])("%s", (_, changes, limits, fault) => {
    const found = tokenFault(somebody(changes), limits);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toMatch(fault);
  });
});
