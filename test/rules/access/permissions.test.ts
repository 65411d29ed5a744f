import { describe, expect, it } from "vitest";
import { type Permission, permissions } from "../../../server/model/access/permission.ts";
import { everything, type Principal } from "../../../server/model/access/principal.ts";
import { type Role, roles } from "../../../server/model/access/role.ts";
import { type Scope, scopes } from "../../../server/model/access/scope.ts";
import type { ProductId } from "../../../server/model/names/ids.ts";
import { allows, permissionRules, roleIn, whyNot } from "../../../server/rules/access/permissions.ts";

const own = 1 as ProductId;
const other = 2 as ProductId;

const oneself = ["enter", "account", "tokens"];
const ofServer = [
  ...["create-products", "push-new-products", "shared-variables"],
  ...["environments", "system", "administer", "machines", "people"],
];

/** What each role may do that the one before it may not, written down a second time. */
const newWith: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ["enter", "account", "tokens", "see", "logs"],
  deployer: ["hidden-logs", "values", "deliveries", "clone", "push", "deploy", "stop", "back-up"],
  maintainer: [
    ...(["variables", "domains", "settings", "webhooks", "install", "restore", "shell", "delete-product"] as const),
    ...(["create-products", "push-new-products", "shared-variables"] as const),
  ],
  admin: ["environments", "system", "administer", "machines", "people"],
};
const within: Readonly<Record<Scope, readonly Permission[]>> = {
  read: ["enter", "see", "logs", "hidden-logs", "values", "deliveries", "clone", "system"],
  deploy: ["enter", "see", "deploy", "stop", "back-up"],
  "git:push": ["clone", "push", "push-new-products"],
  manage: [
    ...(["enter", "see", "logs", "hidden-logs", "values", "deliveries", "clone", "deploy", "stop", "back-up"] as const),
    ...(["variables", "domains", "settings", "webhooks", "install", "restore", "shell"] as const),
    ...(["delete-product", "create-products", "shared-variables"] as const),
  ],
  admin: permissions,
};
const upTo = (role: Role) => roles.slice(0, roles.indexOf(role) + 1).flatMap((one) => newWith[one]);

function somebody(changes: Partial<Principal>): Principal {
  return {
    ...{ name: "Ada", userId: null, token: null, sessionId: null, grants: everything },
    ...{ scopes: null, productIds: null, ...changes },
  };
}

it("every permission belongs to one role, and is covered by the scope of everything", () => {
  expect(roles.flatMap((role) => newWith[role]).sort()).toEqual([...permissions].sort());
  expect(permissions.filter((one) => !permissionRules[one].scopes.includes("admin"))).toEqual([]);
});

describe.each(roles)("a %s", (role) => {
  const mayDo = upTo(role);

  it.each(permissions)("of everything, asked for %s, gets what the role has", (permission) => {
    const who = somebody({ grants: [{ role, productId: null }] });
    for (const product of [own, other, null])
      expect(allows(who, permission, product), String(product)).toBe(mayDo.includes(permission));
  });

  it.each(permissions)("of one product, asked for %s, gets it for that product only", (permission) => {
    const who = somebody({ grants: [{ role, productId: own }] });
    const isAboutOneself = oneself.includes(permission);
    expect(allows(who, permission, own)).toBe(
      isAboutOneself || (mayDo.includes(permission) && !ofServer.includes(permission)),
    );
    for (const product of [other, null]) expect(allows(who, permission, product)).toBe(isAboutOneself);
  });

  it.each(scopes)("with a token that has the scope %s gets what role and scope both have", (scope) => {
    const token = somebody({ grants: [{ role, productId: null }], scopes: [scope] });
    const limited = { ...token, productIds: [own] };
    for (const permission of permissions) {
      const isBoth = mayDo.includes(permission) && within[scope].includes(permission);
      for (const product of [own, other]) expect(allows(token, permission, product), permission).toBe(isBoth);
      const isInside = oneself.includes(permission) || !ofServer.includes(permission);
      expect(allows(limited, permission, own), permission).toBe(isBoth && isInside);
      for (const product of [other, null])
        expect(allows(limited, permission, product), permission).toBe(isBoth && oneself.includes(permission));
    }
  });
});

it("a token with several scopes may do what any of them includes, and one without any may do nothing", () => {
  const some = permissions.filter((one) => allows(somebody({ scopes: ["read", "git:push"] }), one, own));
  expect(some.sort()).toEqual([...new Set([...within.read, ...within["git:push"]])].sort());
  expect(permissions.filter((one) => allows(somebody({ scopes: [] }), one, own))).toEqual([]);
});

it("somebody without any role may only enter and change their own account", () => {
  expect(permissions.filter((one) => allows(somebody({ grants: [] }), one, own))).toEqual(oneself);
});

it("of two roles for a product the higher one counts", () => {
  const grants = [
    { role: "deployer", productId: null },
    { role: "maintainer", productId: own },
    { role: "viewer", productId: other },
  ] as const;
  expect([own, other, null].map((product) => roleIn({ grants }, product))).toEqual([
    ...["maintainer", "deployer", "deployer"],
  ]);
  expect(roleIn({ grants: [] }, own)).toBeNull();
});

it("what is missing is named: the product, then the role, then the scope", () => {
  const viewer = somebody({ grants: [{ role: "viewer", productId: own }], scopes: ["read"], productIds: [own] });
  expect(whyNot(viewer, "see", own)).toBeNull();
  expect(whyNot(viewer, "see", other)).toBe("product");
  expect(whyNot(viewer, "deploy", own)).toBe("role");
  expect(whyNot({ ...viewer, grants: everything }, "deploy", own)).toBe("scope");
});
