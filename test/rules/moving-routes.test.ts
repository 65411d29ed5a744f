import { describe, expect, it } from "vitest";
import { routesWhileMoving, routesWithout, standIns } from "../../server/rules/moving-routes.ts";

const route = (host: string, service: string) => ({ host, service });
const current = [route("shop.localhost", "web"), route("admin.shop.localhost", "admin")];
const next = [route("shop.localhost", "frontend"), route("api.shop.localhost", "api")];

describe("routes between two versions", () => {
  it("leave every host of the running one as it is, and add the new ones", () => {
    expect(routesWhileMoving(current, next)).toEqual([...current, route("api.shop.localhost", "api")]);
  });

  it("name who stands in for a service whose host another one takes over", () => {
    expect(standIns(current, next)).toEqual(new Map([["web", "frontend"]]));
    expect(standIns(current, current)).toEqual(new Map());
  });

  it("lose the hosts of a version that was given up, but for those that users gave", () => {
    const moving = routesWhileMoving(current, next);
    expect(routesWithout(moving, next, new Set(["shop.localhost"]))).toEqual(current);
    expect(routesWithout(moving, next, new Set(["shop.localhost", "api.shop.localhost"]))).toEqual(moving);
  });
});
