import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  firstFreeSubnet,
  formatSubnet,
  overlap,
  parseSubnet,
  type Subnet,
} from "../../../server/rules/routing/subnets.ts";

const subnet = (text: string): Subnet => {
  const parsed = parseSubnet(text);
  if (!parsed) throw new Error(`${text} is no subnet`);
  return parsed;
};

const anySubnet = fc
  .tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 1, max: 32 }))
  .map(([address, prefix]) => ({ first: address - (address % 2 ** (32 - prefix)), prefix }));

describe("parseSubnet", () => {
  it("reads a network", () => {
    expect(parseSubnet("10.214.0.0/16")).toEqual({ first: 10 * 2 ** 24 + 214 * 2 ** 16, prefix: 16 });
  });

  it("drops the bits behind the prefix", () => {
    expect(parseSubnet("10.214.7.9/16")).toEqual(parseSubnet("10.214.0.0/16"));
  });

  it("keeps addresses above 127.255.255.255 positive", () => {
    expect(formatSubnet(subnet("255.255.255.224/27"))).toBe("255.255.255.224/27");
  });

  it.each(["", "10.0.0.0", "10.0.0.0/33", "256.0.0.0/8", "fd00::/8", "10.0.0/8", " 10.0.0.0/8", "10.0.0.0/8\n"])(
    "refuses %j",
    (text) => {
      expect(parseSubnet(text)).toBeNull();
    },
  );

  it("reads back whatever it writes", () => {
    fc.assert(
      fc.property(anySubnet, (any) => {
        expect(parseSubnet(formatSubnet(any))).toEqual(any);
      }),
    );
  });
});

describe("overlap", () => {
  it("is seen from both sides", () => {
    fc.assert(fc.property(anySubnet, anySubnet, (a, b) => overlap(a, b) === overlap(b, a)));
  });

  it("holds for a network and a part of it", () => {
    expect(overlap(subnet("10.214.0.0/16"), subnet("10.214.255.224/27"))).toBe(true);
  });

  it("does not hold for neighbours", () => {
    expect(overlap(subnet("10.214.0.0/27"), subnet("10.214.0.32/27"))).toBe(false);
    expect(overlap(subnet("10.214.0.0/16"), subnet("10.215.0.0/16"))).toBe(false);
  });
});

describe("firstFreeSubnet", () => {
  const pool = "10.214.0.0/16";

  it("begins at the beginning", () => {
    expect(firstFreeSubnet(pool, [])).toBe("10.214.0.0/27");
  });

  it("takes the gap that another left", () => {
    expect(firstFreeSubnet(pool, ["10.214.0.0/27", "10.214.0.64/27"])).toBe("10.214.0.32/27");
  });

  it("goes around a network that is larger than its own", () => {
    expect(firstFreeSubnet(pool, ["10.214.0.0/24", "10.214.1.0/24"])).toBe("10.214.2.0/27");
  });

  it("goes around a network that is smaller than its own", () => {
    expect(firstFreeSubnet(pool, ["10.214.0.17/32"])).toBe("10.214.0.32/27");
  });

  it("does not mind the default route, IPv6, or words", () => {
    expect(firstFreeSubnet(pool, ["0.0.0.0/0", "fd00::/8", "default"])).toBe("10.214.0.0/27");
  });

  it("has none when something covers the pool", () => {
    expect(firstFreeSubnet(pool, ["10.0.0.0/8"])).toBeNull();
  });

  it("has none in a pool that is smaller than a /27, or no network", () => {
    expect(firstFreeSubnet("10.214.0.0/28", [])).toBeNull();
    expect(firstFreeSubnet("anything", [])).toBeNull();
  });

  it("gives a pool away to its last network, none of them twice", () => {
    const given: string[] = [];
    for (let next = firstFreeSubnet("10.214.0.0/22", given); next; next = firstFreeSubnet("10.214.0.0/22", given)) {
      given.push(next);
    }
    expect(new Set(given).size).toBe(32);
  });

  it("never gives what overlaps something that is taken, and always lies in the pool", () => {
    fc.assert(
      fc.property(fc.array(anySubnet, { maxLength: 20 }), (taken) => {
        const free = firstFreeSubnet("10.0.0.0/8", taken.map(formatSubnet));
        if (free === null) return;
        expect(taken.some((other) => overlap(other, subnet(free)))).toBe(false);
        expect(overlap(subnet("10.0.0.0/8"), subnet(free))).toBe(true);
      }),
    );
  });
});
