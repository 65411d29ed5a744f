import { describe, expect, it } from "vitest";
import { commandPermissions } from "../../server/commands/commands.ts";
import { permissions } from "../../server/model/access/permission.ts";
import { everything, type Principal } from "../../server/model/access/principal.ts";
import { roles } from "../../server/model/access/role.ts";
import { scopes } from "../../server/model/access/scope.ts";
import type { ProductId } from "../../server/model/names/ids.ts";
import { routes } from "../../server/routes.ts";
import { allows, includes } from "../../server/rules/access/permissions.ts";
import { faultOf } from "../web/guarded-commands.ts";

const product = 7 as ProductId;

const callers: readonly Principal[] = [
  ...roles.flatMap((role) => [[{ role, productId: null }], [{ role, productId: product }]]),
  everything,
  [],
].flatMap((grants) =>
  [null, ...scopes.map((scope) => [scope])].flatMap((limits) =>
    [null, [product]].map((productIds) => ({
      ...{ name: "Ada", userId: null, token: null, sessionId: null },
      ...{ grants, scopes: limits, productIds },
    })),
  ),
);

describe("a command", () => {
  it("names the right that it takes; those that take none serve everybody, a forge or a new machine", () => {
    const open = Object.entries(commandPermissions).flatMap(([name, permission]) => (permission === null ? name : []));
    expect(open.sort()).toEqual([
      ...["beginJoin", "beginProviderSignIn", "checkJoin", "ensureCsrfKey", "finishProviderSignIn", "noteJoined"],
      ...[
        "offerPasskeySignIn",
        "receiveDelivery",
        "recordAction",
        "refuseDelivery",
        "signIn",
        "signInWithPasskey",
        "signInWithPassword",
        "signOut",
      ],
      ...["stampUses", "useLink", "useSecondFactor", "whyUnread"],
    ]);
    for (const permission of Object.values(commandPermissions)) {
      if (permission !== null) expect(permissions).toContain(permission);
    }
  });

  it("is not called by a route that asks for less", () => {
    expect(faultOf(routes.productStop.post, "stop")).toBeNull();
    expect(faultOf(routes.productDeploy.post, "variables")).toBe('POST /products/:slug/deploy asks for "deploy"');
    expect(faultOf(routes.signIn.post, "deploy")).toBe("POST /sign-in asks for nothing");
  });
});

it("a right includes another only if everybody who has the one has the other", () => {
  for (const permission of permissions) {
    expect(includes(permission, permission)).toBe(true);
    for (const other of permissions.filter((one) => includes(permission, one))) {
      for (const who of callers.filter((one) => allows(one, permission, product))) {
        expect(allows(who, other, product), `${permission} includes ${other} for ${JSON.stringify(who)}`).toBe(true);
      }
    }
  }
});
