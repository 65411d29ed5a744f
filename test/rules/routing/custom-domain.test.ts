import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHostName } from "../../../server/model/names/host-name.ts";
import { customDomainOf, faultInCustomDomain } from "../../../server/rules/routing/custom-domain.ts";

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
    ["", "enter a domain, such as shop.example.com"],
    ["*.example.com", "*.example.com is a wildcard: enter each domain by its full name, such as shop.example.com"],
    ["192.0.2.1", "192.0.2.1 is an IP address: enter a domain, such as shop.example.com"],
    ["[::1]", "[::1] is an IP address: enter a domain, such as shop.example.com"],
    ["2001:db8::1", "2001:db8::1 is an IP address: enter a domain, such as shop.example.com"],
    ["shop", "shop has no dot: enter the full domain, such as shop.example.com"],
    ["localhost", "localhost has no dot: enter the full domain, such as shop.example.com"],
    [
      "shop_1.example.com",
      "shop_1.example.com contains _: a domain has only letters, digits, hyphens and dots, such as shop.example.com",
    ],
    [
      "a b.example.com",
      "a b.example.com contains a space: a domain has only letters, digits, hyphens and dots, such as shop.example.com",
    ],
    [
      "{env.HOME}.example.com",
      "{env.HOME}.example.com contains {: a domain has only letters, digits, hyphens and dots, such as shop.example.com",
    ],
    ["-shop.example.com", `"-shop" begins or ends with a hyphen, which isn't allowed in any part of a domain`],
    ["a..b", "a..b has an empty part before, after or between its dots: enter a domain, such as shop.example.com"],
    ["shop.1", "shop.1 ends in a number, but no domain does: enter one such as shop.example.com"],
    [`${"a.".repeat(130)}com`, `${"a.".repeat(20)}… has 263 characters, and a domain has at most 253`],
    [
      `${"a".repeat(64)}.com`,
      `a part of ${"a".repeat(40)}… has 64 characters, and the parts of a domain have at most 63`,
    ],
  ])("is not %j, and the answer says why", (host, why) => {
    const said = fault(customDomainOf(host));
    expect(said === why || said?.toLowerCase() === why.toLowerCase(), said ?? "no fault").toBe(true);
  });

  test.each([
    ["shop.example.com", "shop.example.com"],
    ["  shop.example.com\n", "shop.example.com"],
    ["Shop.Example.COM", "shop.example.com"],
    ["shop.example.com.", "shop.example.com"],
    ["https://shop.example.com", "shop.example.com"],
    ["HTTPS://Shop.example.com/admin?x=1#top", "shop.example.com"],
    ["http://ada:secret@shop.example.com:8443/", "shop.example.com"],
    ["shop.example.com/", "shop.example.com"],
    ["shop.example.com:443", "shop.example.com"],
    ["//shop.example.com/x", "shop.example.com"],
    ["müller.example", "xn--mller-kva.example"],
    ["MÜLLER.example.", "xn--mller-kva.example"],
    ["https://bücher.example/neu", "xn--bcher-kva.example"],
    ["例え。テスト", "xn--r8jz45g.xn--zckzah"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ])("may be written as %j", (typed, host) => {
    expect(customDomainOf(typed)).toBe(host);
    expect(fault(host)).toBeNull();
  });

  test("is refused in words, whatever is typed, or can be served", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain(), fc.string({ unit: "grapheme" })), (typed) => {
        const host = customDomainOf(typed);
        const said = fault(host);
        expect(said === null ? isHostName(host) : said.length > 10).toBe(true);
        expect(customDomainOf(host)).toBe(said === null ? host : customDomainOf(host));
      }),
      { numRuns: 50 },
    );
  }, 30_000);

  test("is neither Baton's own nor below it", () => {
    expect(fault("baton.example.com")).toBe("baton.example.com is Baton's own address");
    expect(fault("x.baton.example.com")).toBe("x.baton.example.com is below Baton's own address, baton.example.com");
  });

  test("is not a domain that all apps are served below", () => {
    expect(fault("staging.example.com")).toBe(
      "staging.example.com is the base domain for all apps, so it can't be assigned to one",
    );
  });

  test("may be below Baton's own where apps are anyway", () => {
    const local = { publicHost: "localhost", baseDomains: ["localhost"] };
    expect(faultInCustomDomain("my-shop.localhost", local)).toBeNull();
    const nested = { publicHost: "example.com", baseDomains: ["apps.example.com"] };
    expect(faultInCustomDomain("www.example.com", nested)).toBeNull();
  });
});
