import { describe, expect, test } from "vitest";
import { hostsFor, mainHost, mostImportantFirst, urlOf } from "../../../server/rules/routing/urls.ts";
import { aService } from "../../model/a-deployment.ts";

const local = { domain: "localhost", httpPort: 8080, httpsPort: 8443 };
const open = { domain: "apps.example.com", httpPort: 80, httpsPort: 443 };

describe("urlOf", () => {
  test("serves localhost by plain HTTP, with its port", () => {
    expect(urlOf("shop.localhost", local)).toBe("http://shop.localhost:8080");
    expect(urlOf("shop.dev.localhost", { ...local, domain: "dev.localhost" })).toBe("http://shop.dev.localhost:8080");
  });

  test("serves any other domain by HTTPS, with its port", () => {
    expect(urlOf("shop.apps.example.com", { ...open, httpsPort: 8443 })).toBe("https://shop.apps.example.com:8443");
    expect(urlOf("shop.mylocalhost", { ...local, domain: "mylocalhost" })).toBe("https://shop.mylocalhost:8443");
  });

  test("leaves out the port that the scheme has anyway", () => {
    expect(urlOf("shop.localhost", { ...local, httpPort: 80 })).toBe("http://shop.localhost");
    expect(urlOf("shop.apps.example.com", open)).toBe("https://shop.apps.example.com");
  });

  test("keeps a port that is only usual for the other scheme", () => {
    expect(urlOf("shop.localhost", { ...local, httpPort: 443 })).toBe("http://shop.localhost:443");
    expect(urlOf("shop.apps.example.com", { ...open, httpsPort: 80 })).toBe("https://shop.apps.example.com:80");
  });
});

const shop = { product: "shop", environment: "production", domain: "localhost" };

test("mainHost carries the environment outside production", () => {
  expect(mainHost(shop)).toBe("shop.localhost");
  expect(mainHost({ ...shop, environment: "staging" })).toBe("shop-staging.localhost");
});

describe("hostsFor", () => {
  const hosts = (services: readonly string[], environment = "production") =>
    hostsFor({ ...shop, environment, services: services.map((name) => aService({ name })), custom: [] });

  test("gives the product's own name to its first web service, and further ones a name below it", () => {
    expect(hosts(["web"])).toEqual([{ host: "shop.localhost", service: "web" }]);
    expect(hosts(["web", "admin"], "staging")).toEqual([
      { host: "shop-staging.localhost", service: "web" },
      { host: "admin.shop-staging.localhost", service: "admin" },
    ]);
  });

  test("gives none to services of other kinds, or to a product without web services", () => {
    const services = [aService({ name: "db", kind: "tcp" }), aService({ name: "api" })];
    expect(hostsFor({ ...shop, services, custom: [] })).toEqual([{ host: "shop.localhost", service: "api" }]);
    expect(hosts([])).toEqual([]);
  });

  test.each([
    ["makes labels of names that are none", ["Admin_UI.v2_", "__"], ["admin-ui-v2", "service"]],
    [
      "numbers labels that would be the same",
      ["admin_ui", "admin.ui", "Admin-UI"],
      ["admin-ui", "admin-ui-2", "admin-ui-3"],
    ],
    ["leaves a name that is a label to the service that has it", ["a_b", "a-b", "a-b-2"], ["a-b-3", "a-b", "a-b-2"]],
    [
      "cuts long names, and numbers them within a label's length",
      [`${"x".repeat(70)}1`, `${"x".repeat(70)}2`],
      ["x".repeat(63), `${"x".repeat(61)}-2`],
    ],
  ])("%s", (_, services, labels) => {
    const [, ...others] = hosts(["web", ...services]);
    expect(others).toEqual(services.map((service, index) => ({ service, host: `${labels[index]}.shop.localhost` })));
  });

  test("adds what services name themselves, then what users gave them", () => {
    const services = [aService(), aService({ name: "api", domains: ["api.example.com"] })];
    const custom = [
      { host: "www.example.com", service: "web" },
      { host: "old.example.com", service: "no-longer-there" },
    ];
    expect(hostsFor({ ...shop, services, custom }).map(({ host, service }) => `${host} ${service}`)).toEqual([
      "shop.localhost web",
      "api.shop.localhost api",
      "api.example.com api",
      "www.example.com web",
    ]);
  });

  test("gives a host that is named twice to whoever named it first", () => {
    const services = [aService(), aService({ name: "api", domains: ["x.example.com"] })];
    const routes = hostsFor({ ...shop, services, custom: [{ host: "x.example.com", service: "web" }] });
    expect(routes.filter(({ host }) => host === "x.example.com")).toEqual([{ host: "x.example.com", service: "api" }]);
  });
});

test("what is served is shown in the version's order, and what it does not name comes last", () => {
  const route = (host: string) => ({ host, service: "web" });
  const served = ["a.example.com", "api.shop.localhost", "shop.localhost"].map(route);
  const named = ["shop.localhost", "api.shop.localhost"].map(route);
  expect(mostImportantFirst(served, named).map(({ host }) => host)).toEqual([
    "shop.localhost",
    "api.shop.localhost",
    "a.example.com",
  ]);
});
