import { expect, test } from "vitest";
import { isHostName } from "../../../server/model/names/host-name.ts";
import { isServiceName } from "../../../server/model/names/service-name.ts";
import { addressFile, serviceOfFile } from "../../../server/proxy/switch/address-files.ts";
import { isPlainPath, sortOut } from "../../../server/proxy/switch/route-table.ts";
import { routesFor } from "../sample-routes.ts";

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

test.each(["web", "Web_1", "a.b-c", "0", ".", "..", "_web", ".x", "-x", ".deployment", "a".repeat(200)])(
  "%s is a service name, and has a file of its own that is found again",
  (name) => {
    expect(isServiceName(name)).toBe(true);
    expect(addressFile(name)).toMatch(/^@[A-Za-z0-9_.-]+$/);
    expect(serviceOfFile(addressFile(name))).toBe(name);
  },
);

test.each(["", "a/b", "../live", "a b", "a\n", "{x}", "é", "@a", "a".repeat(201)])("%j is not a service name", (name) =>
  expect(isServiceName(name)).toBe(false),
);

test.each([".deployment", ".@web.new", "..", "web", "@", "@@_", ""])("%j is no service's file", (file) =>
  expect(serviceOfFile(file)).toBeNull(),
);

test.each(["/data/a b/é", "/"])("%s is a path that Caddy reads as it is", (path) => {
  expect(isPlainPath(path)).toBe(true);
});

test.each(["data", "", "/a{b", "/a}b", "/a\\b", "/a|0777", "/a\nb"])("%j is not", (path) => {
  expect(isPlainPath(path)).toBe(false);
});

test("a host may be routed once: who comes later does not get it, and is named", () => {
  const [first, second, third] = [
    routesFor(1, "a.localhost"),
    routesFor(2, "a.localhost"),
    routesFor(3, "b.localhost"),
  ];
  expect(sortOut([first, second, third])).toEqual({
    sound: [first, { ...second, routes: [] }, third],
    faults: [{ installation: 2, message: "the host a.localhost already belongs to installation 1" }],
  });
});

test.each([
  [
    "a service that is no file name",
    { host: "a.localhost", service: "../../etc" },
    '"../../etc" is not a service name',
  ],
  ["a host that is none", { host: "{env.HOME}.com", service: "web" }, '"{env.HOME}.com" is not a host name'],
  [
    "a host that is too long",
    { host: `${"a.".repeat(130)}com`, service: "web" },
    "the address a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.… has 263 characters, and host names have at most 253",
  ],
])("%s is left out, and nothing else", (_, route, message) => {
  const [own, shop] = [routesFor(1, "own.localhost"), routesFor(2, "shop.localhost")];
  const poison = { ...own, routes: [route, ...own.routes] };
  expect(sortOut([poison, shop])).toEqual({ sound: [own, shop], faults: [{ installation: 1, message }] });
});
