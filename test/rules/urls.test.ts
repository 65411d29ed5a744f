import { describe, expect, test } from "vitest";
import { hostsFor, urlOf } from "../../server/rules/urls.ts";

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

describe("hostsFor", () => {
  const shop = { product: "shop", environment: "production", domain: "localhost", webServices: ["web"] };

  test("gives the product's own name to its web service", () => {
    expect(hostsFor(shop)).toEqual([{ host: "shop.localhost", service: "web" }]);
  });

  test("carries the environment outside production", () => {
    expect(hostsFor({ ...shop, environment: "staging" })).toEqual([{ host: "shop-staging.localhost", service: "web" }]);
  });

  test("puts further web services below the product's name", () => {
    expect(hostsFor({ ...shop, environment: "staging", webServices: ["web", "admin"] })).toEqual([
      { host: "shop-staging.localhost", service: "web" },
      { host: "admin.shop-staging.localhost", service: "admin" },
    ]);
  });

  test("makes DNS labels of service names that are none", () => {
    const hosts = hostsFor({ ...shop, webServices: ["web", "Admin_UI.v2_"] });
    expect(hosts[1]?.host).toBe("admin-ui-v2.shop.localhost");
  });

  test("gives a product without web services no host", () => {
    expect(hostsFor({ ...shop, webServices: [] })).toEqual([]);
  });
});
