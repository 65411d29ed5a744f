import { describe, expect, it } from "vitest";
import {
  routesAfterRollback,
  routesDuringCutOver,
  successorNames,
  withAliases,
} from "../../../server/rules/routing/cut-over-routes.ts";

const route = (host: string, service: string) => ({ host, service });
const current = [route("shop.localhost", "web"), route("admin.shop.localhost", "admin")];
const next = [route("shop.localhost", "frontend"), route("api.shop.localhost", "api")];

describe("routes between two versions", () => {
  it("leave every host of the running one as it is, and add the new ones", () => {
    expect(routesDuringCutOver(current, next)).toEqual([...current, route("api.shop.localhost", "api")]);
  });

  it("name who stands in for a service whose host another one takes over", () => {
    expect(successorNames(current, next)).toEqual(new Map([["web", "frontend"]]));
    expect(successorNames(current, current)).toEqual(new Map());
  });

  it("add an alias where a host goes to another service and the former one's name stays", () => {
    const now = [route("shop.localhost", "api"), route("www.example", "api"), route("admin.shop.localhost", "admin")];
    const then = [route("shop.localhost", "web"), route("api.shop.localhost", "api"), route("www.example", "web")];
    const { routes, aliases } = withAliases(now, then);
    expect(routes).toEqual([
      route("shop.localhost", "moving.1"),
      route("www.example", "moving.1"),
      route("admin.shop.localhost", "admin"),
    ]);
    expect(aliases).toEqual(new Map([["moving.1", "api"]]));
    expect(successorNames(routes, then)).toEqual(new Map([["moving.1", "web"]]));
  });

  it("add one alias for each way when two services swap, and none that a service has", () => {
    const now = [route("a.example", "one"), route("b.example", "two"), route("c.example", "moving.1")];
    const then = [route("a.example", "two"), route("b.example", "one"), route("c.example", "moving.1")];
    const { routes, aliases } = withAliases(now, then);
    expect(routes).toEqual([
      route("a.example", "moving.2"),
      route("b.example", "moving.3"),
      route("c.example", "moving.1"),
    ]);
    expect([...aliases]).toEqual([
      ["moving.2", "one"],
      ["moving.3", "two"],
    ]);
    expect([...successorNames(routes, then)]).toEqual([
      ["moving.2", "two"],
      ["moving.3", "one"],
    ]);
  });

  it("add no alias where names say enough, and nothing a second time", () => {
    for (const version of [current, next])
      expect(withAliases(current, version)).toEqual({ routes: current, aliases: new Map() });
    const swapped = current.map(({ host }, index) => route(host, current[1 - index]?.service ?? ""));
    const { routes } = withAliases(current, swapped);
    expect(withAliases(routes, swapped)).toEqual({ routes, aliases: new Map() });
  });

  it("lose the hosts of a version that was rolled back, but for those that users gave, and have their services back", () => {
    const moving = routesDuringCutOver(current, next);
    expect(routesAfterRollback(moving, next, current)).toEqual(current);
    expect(routesAfterRollback(moving, next, [...current, route("api.shop.localhost", "api")])).toEqual(moving);
    const swapped = current.map(({ host }, index) => route(host, current[1 - index]?.service ?? ""));
    expect(routesAfterRollback(withAliases(current, swapped).routes, swapped, current)).toEqual(current);
  });
});
