import { expect, test } from "vitest";
import { isHostName } from "../../server/model/host-name.ts";
import { faultIn, isPlainPath, isServiceName } from "../../server/proxy/route-table.ts";
import { installation, routesFor } from "./sample-routes.ts";

test.each(["localhost", "hello.localhost", "a-b.c1.example.com", "xn--mnchen-3ya.de", `${"a".repeat(63)}.example`])(
  "%s is a host name",
  (host) => expect(isHostName(host)).toBe(true),
);

test.each([
  "",
  ".",
  "a.",
  ".a",
  "a..b",
  "-a.com",
  "a-.com",
  "a_b.com",
  "A.com",
  "*.com",
  "a.com:80",
  "a b.com",
  "a.com\n",
  "{env.HOME}",
  "{file./etc/passwd}.com",
  "127.0.0.1",
  "::1",
  "example.1",
  "bücher.de",
  `${"a".repeat(64)}.com`,
  `${"a.".repeat(127)}com`,
])("%j is not a host name", (host) => expect(isHostName(host)).toBe(false));

test.each(["web", "Web_1", "a.b-c", "0"])("%s is a service name", (name) => expect(isServiceName(name)).toBe(true));

test.each(["", ".", "..", ".deployment", "a/b", "../live", "a b", "a\n", "{x}", "-a", "é", "a".repeat(101)])(
  "%j is not a service name",
  (name) => expect(isServiceName(name)).toBe(false),
);

test.each(["/data/a b/é", "/"])("%s is a path that Caddy reads as it is", (path) => {
  expect(isPlainPath(path)).toBe(true);
});

test.each(["data", "", "/a{b", "/a}b", "/a\\b", "/a|0777", "/a\nb"])("%j is not", (path) => {
  expect(isPlainPath(path)).toBe(false);
});

test("a host may be routed once", () => {
  expect(faultIn([routesFor(1, "a.localhost"), routesFor(2, "b.localhost")])).toBeNull();
  expect(faultIn([routesFor(1, "a.localhost"), routesFor(2, "a.localhost")])).toBe(
    "The host a.localhost is routed twice (installations 1 and 2).",
  );
});

test("a service that is no file name is refused", () => {
  const routes = [{ host: "a.localhost", service: "../../etc" }];
  expect(faultIn([{ installation: installation(1), routes }])).toBe('"../../etc" is not a service name.');
});
