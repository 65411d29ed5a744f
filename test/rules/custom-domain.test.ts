import { describe, expect, test } from "vitest";
import { faultInCustomDomain } from "../../server/rules/custom-domain.ts";

const reserved = { publicHost: "baton.example.com", baseDomains: ["apps.example.com", "staging.example.com"] };
const fault = (host: string) => faultInCustomDomain(host, reserved);

describe("a host that a user gives to a service", () => {
  test.each([
    "shop.example.com",
    "example.com",
    "www.apps.example.com",
    "xn--bcher-kva.example",
    "notbaton.example.com",
  ])("may be %s", (host) => expect(fault(host)).toBeNull());

  test.each([
    "Shop.example.com",
    "shop.example.com.",
    "shop.example.com:443",
    "https://shop.example.com",
    "*.example.com",
    "{env.HOME}.example.com",
    "shop_1.example.com",
    "-shop.example.com",
    "192.0.2.1",
    "[::1]",
    "shop",
    "localhost",
    "",
    "a b.example.com",
    `${"a.".repeat(130)}com`,
  ])("is not %j, which is no host name that could be served", (host) => {
    expect(fault(host)).toMatch(/is not a host name in lower case/);
  });

  test("is neither Baton's own nor below it", () => {
    expect(fault("baton.example.com")).toBe("baton.example.com is Baton's own address");
    expect(fault("x.baton.example.com")).toBe("x.baton.example.com is below Baton's own address, baton.example.com");
  });

  test("is not a domain that all apps are served below", () => {
    expect(fault("staging.example.com")).toMatch(/is what apps are served below/);
  });

  test("may be below Baton's own where apps are anyway", () => {
    const local = { publicHost: "localhost", baseDomains: ["localhost"] };
    expect(faultInCustomDomain("my-shop.localhost", local)).toBeNull();
    const nested = { publicHost: "example.com", baseDomains: ["apps.example.com"] };
    expect(faultInCustomDomain("www.example.com", nested)).toBeNull();
  });
});
