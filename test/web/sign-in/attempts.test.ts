import { beforeEach, describe, expect, test } from "vitest";
import { type Attempts, createAttempts, createCodeAttempts } from "../../../server/web/sign-in/attempts.ts";
import { createFakeClock, type FakeClock } from "../../fakes/fake-clock.ts";

let clock: FakeClock;
let attempts: Attempts;
beforeEach(() => {
  clock = createFakeClock();
  attempts = createAttempts(clock);
});

const begin = (network: string, account: string) => {
  const attempt = attempts.begin(network, account);
  return typeof attempt === "number" ? attempt : 0;
};

describe("attempts to sign in", () => {
  test("count when they begin, so that many at once are no more than one after the other", () => {
    for (let count = 0; count < 10; count++) expect(begin("192.0.2.1", `${count}@example.com`)).toBe(0);
    expect(begin("192.0.2.1", "ada@example.com")).toBe(6);
    expect(begin("192.0.2.2", "ada@example.com")).toBe(0);
    clock.advance(6_000);
    expect(begin("192.0.2.1", "ada@example.com")).toBe(0);
    expect(begin("192.0.2.1", "ada@example.com")).toBe(6);
  });

  test("that succeed are given back", () => {
    for (let count = 0; count < 50; count++) {
      const attempt = attempts.begin("192.0.2.1", "ada@example.com");
      if (typeof attempt === "number") throw new Error("refused");
      attempt.succeeded();
    }
  });

  test("on one account from many networks are limited, and do not lock out a network that signed in to it before", () => {
    const own = attempts.begin("192.0.2.1", "ada@example.com");
    if (typeof own !== "number") own.succeeded();
    for (let count = 0; count < 30; count++) expect(begin(`198.51.100.${count}`, "ada@example.com")).toBe(0);
    expect(begin("198.51.100.99", "ada@example.com")).toBe(60);
    expect(begin("198.51.100.99", "bob@example.com")).toBe(0);
    expect(begin("192.0.2.1", "ada@example.com")).toBe(0);
  });
});

test("five codes are tried at once, and then one every ten minutes, whatever the network", () => {
  const codes = createCodeAttempts(clock);
  for (let count = 0; count < 5; count++) expect(codes.begin("1")).not.toBeTypeOf("number");
  expect(codes.begin("1")).toBe(600);
  expect(codes.begin("2")).not.toBeTypeOf("number");
  clock.advance(600_000);
  const right = codes.begin("1");
  expect(codes.begin("1")).toBe(600);
  if (typeof right !== "number") right.succeeded();
  expect(codes.begin("1")).not.toBeTypeOf("number");
});
