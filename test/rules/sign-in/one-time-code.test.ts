import { expect, test } from "vitest";
import { enrolmentUri, groupedSecret, secretText, stepOfCode } from "../../../server/rules/sign-in/one-time-code.ts";

/** The secret of RFC 6238's test values: "12345678901234567890". */
const secret = secretText(new TextEncoder().encode("12345678901234567890"));
const at = (seconds: number) => new Date(seconds * 1000);

test("the codes are those of RFC 6238, cut to six digits", () => {
  expect(secret).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  for (const [seconds, code] of [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
  ] as const) {
    expect(stepOfCode(secret, code, { now: at(seconds), lastStep: null }), code).toBe(Math.floor(seconds / 30));
  }
});

test("a code is accepted half a minute early and late, for phones whose clocks are wrong, and not longer", () => {
  const step = 1;
  for (const seconds of [0, 29, 59, 60, 89]) {
    expect(stepOfCode(secret, "287082", { now: at(seconds), lastStep: null }), String(seconds)).toBe(step);
  }
  expect(stepOfCode(secret, "287082", { now: at(90), lastStep: null })).toBeNull();
});

test("a code that was used does not work again, nor does one from before it", () => {
  expect(stepOfCode(secret, "287082", { now: at(59), lastStep: 1 })).toBeNull();
  expect(stepOfCode(secret, "287082", { now: at(59), lastStep: 2 })).toBeNull();
  expect(stepOfCode(secret, "287082", { now: at(59), lastStep: 0 })).toBe(1);
});

test("spaces between the digits do not matter, and anything else is no code", () => {
  expect(stepOfCode(secret, " 287 082 ", { now: at(59), lastStep: null })).toBe(1);
  for (const typed of ["", "28708", "2870820", "28708a", "٢٨٧٠٨٢"]) {
    expect(stepOfCode(secret, typed, { now: at(59), lastStep: null }), typed).toBeNull();
  }
});

test("the QR code names the account and the server", () => {
  const uri = new URL(enrolmentUri(secret, { email: "ada@example.com", server: "baton.example.com" }));
  expect(decodeURIComponent(uri.pathname)).toContain("Baton baton.example.com:ada@example.com");
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({ secret, digits: "6", period: "30", algorithm: "SHA1" });
});

test("a secret is typed in groups of four", () => {
  expect(groupedSecret("GEZDGNBVGY3T")).toBe("GEZD GNBV GY3T");
});

test("a secret is made of the given bytes only, also when they are a part of a larger buffer", () => {
  const larger = new TextEncoder().encode("xx12345678901234567890xx");
  expect(secretText(larger.subarray(2, 22))).toBe(secret);
});
